import { type Cache, cacheExchange, type Data } from "@urql/exchange-graphcache";
import type { Bubble, Changes, Deleted, Row } from "./types.ts";

/** What graphcache has to know of this API, and what belongs into which list. */
export function inboxCache() {
  const noKey = () => null;
  const byNodeId = ({ nodeId }: Data) => String(nodeId);
  return cacheExchange({
    keys: {
      ConversationConnection: noKey,
      MessageConnection: noKey,
      ContactTagConnection: noKey,
      PresenceConnection: noKey,
      PageInfo: noKey,
      Membership: byNodeId,
      ContactTag: byNodeId,
      Presence: byNodeId,
      DeletedObject: noKey,
      Changes: noKey,
      MessageStatus: ({ messageId }) => String(messageId),
    },
    updates: {
      Query: {
        changesSince: ({ changesSince }, _, cache) => putChanges(cache, changesSince as Changes),
      },
      Mutation: {
        sendMessage: ({ sendMessage }, _, cache) =>
          putBubble(cache, (sendMessage as { message: Bubble }).message),
      },
      Subscription: {
        messageAdded: ({ messageAdded }, _, cache) => putBubble(cache, messageAdded as Bubble),
        objectDeleted: ({ objectDeleted }, _, cache) => remove(cache, objectDeleted as Deleted),
        conversationChanged: ({ conversationChanged }, _, cache) => putRow(cache, conversationChanged as Row),
      },
    },
  });
}

/** What happened while nobody listened, as if it had been reported. */
function putChanges(cache: Cache, { deleted, messages, conversations }: Changes): void {
  for (const object of deleted) remove(cache, object);
  for (const bubble of messages) putBubble(cache, bubble);
  for (const row of conversations) putRow(cache, row);
}

function remove(cache: Cache, { typeName, id }: Deleted): void {
  cache.invalidate({ __typename: typeName, id });
}

/** Messages that change another one are no bubbles: they show on the message they change. */
const CHANGES: ReadonlySet<string> = new Set(["reaction", "edit", "revoke"]);

/** A message has its place in the loaded thread by its id, wherever it comes from and however often. */
function putBubble(cache: Cache, { id, conversationId, type }: Bubble): void {
  if (CHANGES.has(type)) return;
  const conversation = { __typename: "Conversation", id: conversationId };
  putInto(cache, conversation, "messages", { __typename: "Message", id }, (key) =>
    String(cache.resolve(key, "id")),
  );
}

/** A conversation that has changed is in its place in the inbox, newest first. */
function putRow(cache: Cache, { id }: Row): void {
  putInto(cache, "Query", "conversations", { __typename: "Conversation", id }, (key) =>
    String(cache.resolve(key, "lastActivityAt")),
  );
}

/** Puts an item into every loaded list of this field, in descending order, unless its place is on a page further down. */
function putInto(
  cache: Cache,
  parent: Data | "Query",
  field: string,
  item: Data,
  rank: (key: string) => string,
): void {
  const itemKey = cache.keyOfEntity(item)!;
  const lists = cache.inspectFields(parent).filter(({ fieldName }) => fieldName === field);
  for (const { fieldKey } of lists) {
    const list = cache.resolve(parent, fieldKey) as string;
    const others = (cache.resolve(list, "nodes") as string[]).filter((key) => key !== itemKey);
    const ranked = [itemKey, ...others].map((key) => ({ key, rank: rank(key) }));
    ranked.sort((one, other) => (one.rank < other.rank ? 1 : -1));
    const isComplete = cache.resolve(cache.resolve(list, "pageInfo") as string, "hasNextPage") === false;
    if (isComplete || ranked.at(-1)?.key !== itemKey)
      cache.link(
        list,
        "nodes",
        ranked.map(({ key }) => key),
      );
  }
}
