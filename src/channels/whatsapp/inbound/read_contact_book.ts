import type { Json, JsonObject } from "../../../base/json/json.ts";
import { objectOf, objectsOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import { matchKeyOf } from "./match_key.ts";
import { hasNoAddress, identityOf, phoneOf, type RawIds } from "./read_identity.ts";

/** The data about a customer that a webhook value contains. */
type Person = { identity: ContactIdentity; profileName: string | null; username: string | null };

/** An index of the `contacts` that accompany messages, statuses and calls. */
export type ContactBook = {
  /** Completes the ids of a customer in a message with the data in `contacts`. */
  lookUp(raw: RawIds): Person;
};

type Card = { ids: RawIds; identity: ContactIdentity; profileName: string | null; username: string | null };

/**
 * @param contacts `value.contacts`, in any order
 * @param own the business's ids; see `identityOf`
 * @param isAboutOne whether the value concerns only one customer, so that a single card must be theirs
 */
export function contactBook(
  contacts: Json | undefined,
  own: ReadonlySet<string>,
  isAboutOne: boolean,
): ContactBook {
  const cards = objectsOf(contacts).map((card) => readCard(card, own));
  const byKey = new Map<string, Card>();
  for (const card of cards) for (const key of keysOf(card.ids)) if (!byKey.has(key)) byKey.set(key, card);

  /** A single card also describes a sender without addresses or, if the value concerns one customer, any sender. */
  function loneCardFor(sender: ContactIdentity): Card | undefined {
    const [card] = cards;
    if (card === undefined || cards.length > 1) return undefined;
    return isAboutOne || hasNoAddress(sender) ? card : undefined;
  }

  return {
    lookUp(raw) {
      const sender = identityOf(raw, own);
      // The number of the business, in place of the customer's, does not identify the customer.
      if (own.has(sender.phone ?? "")) sender.phone = sender.phoneAlias;
      const named = keysOf(raw).map((key) => byKey.get(key));
      const card = [...named, loneCardFor(sender)].find(
        (candidate) => candidate !== undefined && !isDifferentPerson(candidate.identity, sender),
      );
      if (card === undefined) return { identity: identityOf(raw, own), profileName: null, username: null };
      return {
        identity: identityOf(
          {
            waId: card.ids.waId ?? raw.waId ?? null,
            number: raw.number ?? null,
            userId: wordOf(raw.userId) ?? card.ids.userId ?? null,
            parentUserId: wordOf(raw.parentUserId) ?? card.ids.parentUserId ?? null,
          },
          own,
        ),
        profileName: card.profileName,
        username: card.username,
      };
    },
  };
}

function readCard(card: JsonObject, own: ReadonlySet<string>): Card {
  const profile = objectOf(card.profile);
  const ids: RawIds = { waId: wordOf(card.wa_id), userId: card.user_id, parentUserId: card.parent_user_id };
  return {
    ids,
    identity: identityOf(ids, own),
    profileName: textOf(profile?.name, 256),
    username: textOf(profile?.username ?? card.username, 256),
  };
}

/** Returns the most trusted kind of address first, in the order that the database uses to recognise contacts. */
function keysOf({ parentUserId, userId, waId, number }: RawIds): string[] {
  return [userId, parentUserId, waId, number].map(addressKeyOf).filter((key) => key !== null);
}

/** Two ids with the same key are the same address. Returns null for a value that is not an id. */
export function addressKeyOf(id: Json | undefined): string | null {
  const word = wordOf(id);
  if (word === null) return null;
  const phone = phoneOf(word);
  return phone === null ? word : matchKeyOf(phone);
}

/**
 * Whether a card and a sender are two different people. The first kind of address that both have decides: the number,
 * then the user id, then the parent user id. Data of another person's card must not be attributed to the sender.
 */
function isDifferentPerson(card: ContactIdentity, sender: ContactIdentity): boolean {
  if (card.phone !== null && sender.phone !== null) {
    const key = matchKeyOf(card.phone);
    return matchKeyOf(sender.phone) !== key && matchKeyOf(sender.phoneAlias ?? sender.phone) !== key;
  }
  if (card.bsuid !== null && sender.bsuid !== null) return card.bsuid !== sender.bsuid;
  return card.parentBsuid !== null && sender.parentBsuid !== null && card.parentBsuid !== sender.parentBsuid;
}
