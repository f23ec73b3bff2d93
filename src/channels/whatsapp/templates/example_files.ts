import { isObject, type JsonObject } from "../../../base/json/json.ts";
import { objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";

/**
 * The components with the handles of uploaded files in place of our media ids: `{"media_id"}` becomes
 * `{"header_handle": [handle]}`, in headers and in those of cards.
 */
export function withHandles(
  components: readonly JsonObject[],
  handles: ReadonlyMap<string, string>,
): JsonObject[] {
  return components.map((component) => {
    const mediaId = wordOf(objectOf(component.example)?.media_id);
    const handle = mediaId === null ? undefined : handles.get(mediaId);
    return {
      ...component,
      ...(handle !== undefined && { example: { header_handle: [handle] } }),
      ...(Array.isArray(component.cards) && {
        cards: component.cards
          .filter(isObject)
          .map((card) => ({ ...card, components: withHandles(objectsOf(card.components), handles) })),
      }),
    };
  });
}
