import { access, lambda, list, nodeIdFromNode, object, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { LiveEvent } from "../live/change.ts";

/** Types whose deletion is reported. */
const DELETABLE = ["Message", "Conversation", "Contact", "Tag", "Channel", "Template", "Campaign"] as const;

/**
 * What changes, as it happens. The plan of a field gets a change, which carries ids and no more, and reads the row with the
 * rights of the subscribers. src/graphql/live/ runs the plans: for many changes at once, and once for many subscribers.
 */
export const Subscriptions: GraphileConfig.Plugin = extendSchema((build) => {
  const table = (name: string) => {
    const resource = build.input.pgRegistry.pgResources[name];
    if (!resource) throw new Error(`the schema lacks the table ${name}`);
    return resource;
  };
  const idOf = ($change: Step) => access<string>($change, "id");
  const message = ($change: Step) =>
    table("messages").get({ tenant_id: access($change, "tenantId"), id: idOf($change) });

  const rowOf = (name: string) => ($change: Step) => table(name).get({ id: idOf($change) });

  /** As the nodeId of the row was. */
  const nodeIdOf = ($change: Step) => {
    const $row = object({ id: idOf($change), tenant_id: access($change, "tenantId") });
    const $ids = DELETABLE.map((typeName) => nodeIdFromNode(build.getNodeIdHandler!(typeName)!, $row));
    return lambda(
      list([access<(typeof DELETABLE)[number]>($change, "typeName"), ...$ids]),
      ([typeName, ...ids]) => ids[DELETABLE.indexOf(typeName as (typeof DELETABLE)[number])],
      true,
    );
  };

  return {
    typeDefs: gql`
      "An object that no longer exists: remove it from caches and lists, with what belongs to it."
      type DeletedObject {
        "The name of its type: Message, Conversation, Contact, Tag, Channel, Template or Campaign."
        typeName: String!
        id: UUID!
        nodeId: ID!
      }

      extend type Subscription {
        "Messages as they are stored, inbound, outbound and internal: of one conversation, or of all."
        messageAdded(conversationId: UUID): Message

        """
        Messages that show something new: a reaction, an edit, a deletion by the author, a file that has arrived or has
        failed. Of one conversation, or of all.
        """
        messageChanged(conversationId: UUID): Message

        "The outcome of outbound messages: of one conversation's, or of all."
        messageStatusChanged(conversationId: UUID): MessageStatus

        """
        A conversation that is new, has a new message or one less, was read, was joined or left by a user, or changed its
        state, team, assignee, snooze or contact: this one, or any.
        """
        conversationChanged(id: UUID): Conversation

        "A contact that is new or has changed, or was tagged or untagged: this one, or any."
        contactChanged(id: UUID): Contact

        "An import that is new, has gone on or has ended: this one, or any."
        importChanged(id: UUID): Import

        "A template that is new or has changed: its status, category, quality or texts. This one, or any."
        templateChanged(id: UUID): Template

        "A campaign that is new or has changed: its status, its settings or its figures. This one, or any."
        campaignChanged(id: UUID): Campaign

        "A mention in a note that is new or was read: of one user, or of all."
        mentionChanged(userId: UUID): Mention

        "A tag that is new or has changed: this one, or any."
        tagChanged(id: UUID): Tag

        "A channel that is new or has changed: its state, its quality or its name, for example. This one, or any."
        channelChanged(id: UUID): Channel

        """
        Who is in a conversation, after a user's presence in it has begun, was renewed or has ended. One that expires is not
        reported: expiresAt says when.
        """
        presenceChanged(conversationId: UUID!): [Presence!]

        "Objects that were deleted. Messages of a deleted conversation are not reported one by one."
        objectDeleted: DeletedObject
      }
    `,
    objects: {
      DeletedObject: { plans: { nodeId: nodeIdOf } },
      Subscription: {
        plans: {
          messageAdded: { plan: message },
          messageChanged: { plan: message },
          messageStatusChanged: {
            plan: ($change: Step) =>
              table("message_statuses").get({
                tenant_id: access($change, "tenantId"),
                message_id: idOf($change),
              }),
          },
          conversationChanged: { plan: rowOf("conversations") },
          contactChanged: { plan: rowOf("contacts") },
          importChanged: { plan: rowOf("imports") },
          templateChanged: { plan: rowOf("templates") },
          campaignChanged: { plan: rowOf("campaigns") },
          mentionChanged: { plan: rowOf("mentions") },
          tagChanged: { plan: rowOf("tags") },
          channelChanged: { plan: rowOf("channels") },
          presenceChanged: {
            plan: ($change: Step) => table("presences").find({ conversation_id: idOf($change) }),
          },
          objectDeleted: { plan: ($change: Step) => $change },
        } satisfies Record<LiveEvent, { plan($change: Step): Step }>,
      },
    },
  };
}, "ParleySubscriptions");
