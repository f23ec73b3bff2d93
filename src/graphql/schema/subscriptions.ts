import { access, context, type GrafastSubscriber, lambda, listen, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { ChangeKind } from "../live/change.ts";

/**
 * What changes, as it happens. An event carries ids and no more: the row is read at that moment, under the subscriber's
 * own policies, and an event whose row they may not see, or is not of the conversation asked for, is not sent.
 */
export const Subscriptions: GraphileConfig.Plugin = extendSchema((build) => {
  const { messages, message_statuses: statuses, conversations } = build.input.pgRegistry.pgResources;
  if (!messages || !statuses || !conversations) throw new Error("the schema lacks a table");

  return {
    typeDefs: gql`
      extend type Subscription {
        "Messages as they are stored, inbound and outbound: of one conversation, or of all."
        messageAdded(conversationId: UUID): Message

        """
        Messages that show something new: a reaction, an edit, a deletion by the author, a file that has arrived or has
        failed. Of one conversation, or of all.
        """
        messageChanged(conversationId: UUID): Message

        "The outcome of outbound messages: of one conversation's, or of all."
        messageStatusChanged(conversationId: UUID): MessageStatus

        "A conversation that is new, has a new message, was read, or changed its state or its assignee: this one, or any."
        conversationChanged(id: UUID): Conversation
      }
    `,
    objects: {
      Subscription: {
        plans: {
          messageAdded: {
            subscribePlan: (_$root, args) => changes("message", args.getRaw("conversationId")),
            plan: ($change: Step) =>
              messages.get({ tenant_id: access($change, "tenantId"), id: access($change, "id") }),
          },
          messageChanged: {
            subscribePlan: (_$root, args) => changes("messageChange", args.getRaw("conversationId")),
            plan: ($change: Step) =>
              messages.get({ tenant_id: access($change, "tenantId"), id: access($change, "id") }),
          },
          messageStatusChanged: {
            subscribePlan: (_$root, args) => changes("status", args.getRaw("conversationId")),
            plan: ($change: Step) =>
              statuses.get({ tenant_id: access($change, "tenantId"), message_id: access($change, "id") }),
          },
          conversationChanged: {
            subscribePlan: (_$root, args) => changes("conversation", args.getRaw("id")),
            plan: ($change: Step) => conversations.get({ id: access($change, "id") }),
          },
        },
      },
    },
  };
}, "ParleySubscriptions");

/** The topic is `<kind>` or `<kind>:<conversation id>`; the context's source knows whose changes they are. */
function changes(kind: ChangeKind, $conversationId: Step) {
  const $topic = lambda(
    $conversationId as Step<string | null | undefined>,
    (id) => (id == null ? kind : `${kind}:${id.toLowerCase()}`),
    true,
  );
  return listen(context().get("changes") as Step<GrafastSubscriber | null>, $topic);
}
