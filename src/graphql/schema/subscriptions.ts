import { access, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { LiveEvent } from "../live/change.ts";

/**
 * What changes, as it happens. The plan of a field gets a change, which carries ids and no more, and reads the row with the
 * rights of the subscribers. src/graphql/live/ runs the plans: for many changes at once, and once for many subscribers.
 */
export const Subscriptions: GraphileConfig.Plugin = extendSchema((build) => {
  const { messages, message_statuses: statuses, conversations } = build.input.pgRegistry.pgResources;
  if (!messages || !statuses || !conversations) throw new Error("the schema lacks a table");
  const message = ($change: Step) =>
    messages.get({ tenant_id: access($change, "tenantId"), id: access($change, "id") });

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
          messageAdded: { plan: message },
          messageChanged: { plan: message },
          messageStatusChanged: {
            plan: ($change: Step) =>
              statuses.get({ tenant_id: access($change, "tenantId"), message_id: access($change, "id") }),
          },
          conversationChanged: {
            plan: ($change: Step) => conversations.get({ id: access($change, "id") }),
          },
        } satisfies Record<LiveEvent, { plan($change: Step): Step }>,
      },
    },
  };
}, "ParleySubscriptions");
