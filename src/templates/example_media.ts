import { isObject, type JsonObject } from "../base/json/json.ts";
import { objectOf, objectsOf, wordOf } from "../base/json/values.ts";

/** The ids of the files that components name as examples, in headers and in those of cards. */
export function exampleMedia(components: readonly JsonObject[]): string[] {
  return components.flatMap((component) => {
    const mediaId = wordOf(objectOf(component.example)?.media_id);
    const cards = Array.isArray(component.cards) ? component.cards.filter(isObject) : [];
    return [
      ...(mediaId === null ? [] : [mediaId]),
      ...cards.flatMap((card) => exampleMedia(objectsOf(card.components))),
    ];
  });
}
