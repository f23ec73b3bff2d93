import type { Json, JsonObject } from "../../../base/json/json.ts";
import { objectOf, objectsOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import { matchKeyOf } from "./match_key.ts";
import { identityOf, phoneOf, type RawIds } from "./read_identity.ts";

/** A customer as far as a value tells. */
type Person = { identity: ContactIdentity; profileName: string | null; username: string | null };

/** The `contacts` that come beside messages, statuses and calls, indexed once. */
export type ContactBook = {
  /** Completes what a message says of a customer with what `contacts` says. */
  lookUp(raw: RawIds): Person;
};

type Card = { ids: RawIds; identity: ContactIdentity; profileName: string | null; username: string | null };

/**
 * @param contacts `value.contacts`, in any order
 * @param own the business's ids; see `identityOf`
 * @param isAboutOne whether the value speaks of one customer only, so that a lone card must be theirs
 */
export function contactBook(
  contacts: Json | undefined,
  own: ReadonlySet<string>,
  isAboutOne: boolean,
): ContactBook {
  const cards = objectsOf(contacts).map((card) => readCard(card, own));
  const byKey = new Map<string, Card>();
  for (const card of cards) for (const key of keysOf(card.ids)) if (!byKey.has(key)) byKey.set(key, card);

  /** A lone card also speaks for a sender with whom it has no kind of address in common. */
  function loneCardFor(sender: ContactIdentity): Card | undefined {
    const [card] = cards;
    if (card === undefined || cards.length > 1) return undefined;
    return isAboutOne || isNobody(sender) ? card : undefined;
  }

  return {
    lookUp(raw) {
      const sender = identityOf(raw, own);
      // Our own number in the place of theirs says nothing about them.
      if (own.has(sender.phone ?? "")) sender.phone = sender.phoneAlias;
      const named = keysOf(raw).map((key) => byKey.get(key));
      const card = [...named, loneCardFor(sender)].find(
        (candidate) => candidate !== undefined && !isSomebodyElse(candidate.identity, sender),
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

/** The most trusted kind first, as the database recognises. */
function keysOf({ parentUserId, userId, waId, number }: RawIds): string[] {
  return [userId, parentUserId, waId, number].map(addressKeyOf).filter((key) => key !== null);
}

/** What tells whether two ids are one address; null of what is no id. */
export function addressKeyOf(id: Json | undefined): string | null {
  const word = wordOf(id);
  if (word === null) return null;
  const phone = phoneOf(word);
  return phone === null ? word : matchKeyOf(phone);
}

function isNobody(identity: ContactIdentity): boolean {
  return Object.values(identity).every((address) => address === null);
}

/**
 * Whether a card and a sender are two people. A number that both have decides alone, then a user id, then a parent's:
 * what the card says beside it must not reach a sender whom it does not know.
 */
function isSomebodyElse(card: ContactIdentity, sender: ContactIdentity): boolean {
  if (card.phone !== null && sender.phone !== null) {
    const key = matchKeyOf(card.phone);
    return matchKeyOf(sender.phone) !== key && matchKeyOf(sender.phoneAlias ?? sender.phone) !== key;
  }
  if (card.bsuid !== null && sender.bsuid !== null) return card.bsuid !== sender.bsuid;
  return card.parentBsuid !== null && sender.parentBsuid !== null && card.parentBsuid !== sender.parentBsuid;
}
