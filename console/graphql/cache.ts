import { cacheExchange, type Data } from "@urql/exchange-graphcache";

/**
 * The normalised cache. Objects are known by `id`; those without one by `nodeId`; what belongs to its parent has no key. What a
 * subscription or a mutation brings changes the objects that are shown; which lists they belong to is the lists' own matter.
 */
export function createCache() {
  const byNodeId = ({ nodeId }: Data) => (nodeId ? String(nodeId) : null);
  const keys = {
    Membership: byNodeId,
    ContactTag: byNodeId,
    GroupContact: byNodeId,
    TeamMember: byNodeId,
    Presence: byNodeId,
    ConversationParticipant: byNodeId,
    MessageStatus: ({ messageId }: Data) => (messageId ? String(messageId) : null),
  };
  return cacheExchange({
    // Connections, figures, outcomes and the like have neither.
    keys: new Proxy<Record<string, (data: Data) => string | null>>(keys, {
      get: (known, type: string) => known[type] ?? (({ id }: Data) => (typeof id === "string" ? id : null)),
    }),
  });
}
