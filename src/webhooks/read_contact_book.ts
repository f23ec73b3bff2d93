import { identityOf, isSameSubscriber, phoneOf, type RawIds } from "./read_identity.ts";
import { objectOf, objectsOf, textOf, wordOf } from "./read_json.ts";
import type { ContactIdentity, Json, JsonObject } from "./webhook_item.ts";

/** A customer as far as a value tells. */
export type Person = { identity: ContactIdentity; profileName: string | null; username: string | null };

/** The `contacts` that come beside messages, statuses and calls, indexed once. */
export type ContactBook = {
  /** Completes what a message says of a customer with what `contacts` says. */
  lookUp(raw: RawIds): Person;
};

/**
 * @param contacts `value.contacts`
 * @param own the business's ids; see `identityOf`
 * @param isAboutOne whether the value speaks of one customer only, so that a lone contact must be the one
 */
export function contactBook(
  contacts: Json | undefined,
  own: ReadonlySet<string>,
  isAboutOne: boolean,
): ContactBook {
  const cards = objectsOf(contacts);
  const byId = new Map<string, JsonObject>();
  for (const card of cards) {
    for (const id of [card.wa_id, card.user_id, card.parent_user_id].map(keyOf)) {
      if (id !== null && !byId.has(id)) byId.set(id, card);
    }
  }
  const loneCard = cards.length === 1 ? cards[0]! : null;

  /** A lone contact also stands for a sender we cannot name, or one whose number it spells differently. */
  function loneCardFor(raw: RawIds): JsonObject | null {
    const phone = phoneOf(wordOf(raw.number) ?? "");
    if (loneCard === null || isAboutOne || phone === null) return loneCard;
    const cardPhone = phoneOf(wordOf(loneCard.wa_id) ?? "");
    return cardPhone !== null && isSameSubscriber(phone, cardPhone) ? loneCard : null;
  }

  return {
    lookUp(raw) {
      const ids = [raw.userId, raw.parentUserId, raw.waId, raw.number].map(keyOf);
      const found = ids
        .map((id) => (id === null ? undefined : byId.get(id)))
        .find((card) => card !== undefined);
      const card = found ?? loneCardFor(raw);
      const profile = objectOf(card?.profile);
      return {
        identity: identityOf(
          {
            waId: wordOf(card?.wa_id) ?? raw.waId ?? null,
            number: raw.number ?? null,
            userId: wordOf(raw.userId) ?? card?.user_id ?? null,
            parentUserId: wordOf(raw.parentUserId) ?? card?.parent_user_id ?? null,
          },
          own,
        ),
        profileName: textOf(profile?.name, 256),
        username: textOf(profile?.username ?? card?.username, 256),
      };
    },
  };
}

function keyOf(id: Json | undefined): string | null {
  const word = wordOf(id);
  return word === null ? null : (phoneOf(word) ?? word);
}
