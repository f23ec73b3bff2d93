import type { Connection } from "./connection.ts";
import { graphql, type ResultOf } from "./graphql.ts";
import { problemOf } from "./problem.ts";

/**
 * What changes in the tenant, as it happens. One set of subscriptions serves all pages. They select the columns of the rows and no
 * relations, which keeps an event cheap for the server. The cache takes the columns; a list asks for what else it shows, for all
 * rows that changed at once.
 */

const CONVERSATION = graphql(`
  fragment ChangedConversation on Conversation {
    id status unreadCount assigneeId teamId snoozedUntil handedOverAt chatbotPausedUntil windowExpiresAt
    lastMessageId lastMessagePreview lastActivityAt waitingSince waitingForPersonSince
  }
`);
const MESSAGE = graphql(`
  fragment ChangedMessage on Message {
    id conversationId type direction author idempotencyKey editedAt revokedAt currentPreview
  }
`);
const STATUS = graphql(`
  fragment ChangedStatus on MessageStatus {
    messageId status sentAt deliveredAt readAt playedAt failedAt errorCode error
  }
`);
const CONTACT = graphql(`fragment ChangedContact on Contact { id name profileName phone status }`);
const CAMPAIGN = graphql(`fragment ChangedCampaign on Campaign { id status }`);
const TEMPLATE = graphql(`fragment ChangedTemplate on Template { id status }`);
const IMPORT = graphql(`fragment ChangedImport on Import { id status }`);
const MENTION = graphql(`fragment ChangedMention on Mention { id userId readAt }`);
const TAG = graphql(`fragment ChangedTag on Tag { id name color }`);
const CHANNEL = graphql(`fragment ChangedChannel on Channel { id name status }`);

const SUBSCRIPTIONS = {
  conversation: graphql(`subscription LiveConversations { conversationChanged { ...ChangedConversation } }`, [
    CONVERSATION,
  ]),
  message: graphql(`subscription LiveMessages { messageAdded { ...ChangedMessage } }`, [MESSAGE]),
  messageChange: graphql(`subscription LiveMessageChanges { messageChanged { ...ChangedMessage } }`, [
    MESSAGE,
  ]),
  status: graphql(`subscription LiveStatuses { messageStatusChanged { ...ChangedStatus } }`, [STATUS]),
  contact: graphql(`subscription LiveContacts { contactChanged { ...ChangedContact } }`, [CONTACT]),
  campaign: graphql(`subscription LiveCampaigns { campaignChanged { ...ChangedCampaign } }`, [CAMPAIGN]),
  template: graphql(`subscription LiveTemplates { templateChanged { ...ChangedTemplate } }`, [TEMPLATE]),
  import: graphql(`subscription LiveImports { importChanged { ...ChangedImport } }`, [IMPORT]),
  mention: graphql(`subscription LiveMentions { mentionChanged { ...ChangedMention } }`, [MENTION]),
  tag: graphql(`subscription LiveTags { tagChanged { ...ChangedTag } }`, [TAG]),
  channel: graphql(`subscription LiveChannels { channelChanged { ...ChangedChannel } }`, [CHANNEL]),
  deleted: graphql(`subscription LiveDeletions { objectDeleted { typeName id } }`),
} as const;

const FIRST_CURSOR = graphql(`query FirstCursor { changeCursor }`);
const CATCH_UP = graphql(
  `query CatchUp($cursor: String!) {
    changesSince(cursor: $cursor) {
      deleted { typeName id }
      channels { ...ChangedChannel }
      tags { ...ChangedTag }
      contacts { ...ChangedContact }
      imports { ...ChangedImport }
      templates { ...ChangedTemplate }
      campaigns { ...ChangedCampaign }
      messages { ...ChangedMessage messageStatus { ...ChangedStatus } }
      mentions { ...ChangedMention }
      conversations { ...ChangedConversation }
      cursor
      hasMore
    }
  }`,
  [CHANNEL, TAG, CONTACT, IMPORT, TEMPLATE, CAMPAIGN, MESSAGE, STATUS, MENTION, CONVERSATION],
);

type Changed = {
  [Kind in keyof typeof SUBSCRIPTIONS]: NonNullable<
    ResultOf<(typeof SUBSCRIPTIONS)[Kind]>[keyof ResultOf<(typeof SUBSCRIPTIONS)[Kind]>]
  >;
};
export type LiveKind = keyof Changed;

/** Rows are read again this often although nothing seems to be missed: the server may have been cut off from its database. */
const CATCH_UP_MS = 4 * 60_000;
/** A query over the socket runs after the subscriptions that were sent before it, so nothing is missed in between. */
const OVER_SOCKET = { requestPolicy: "network-only" as const, isOverSocket: true };

export class Live {
  readonly #connection: Connection;
  readonly #listeners: { [Kind in LiveKind]?: Set<(changed: Changed[Kind]) => void> } = {};
  readonly #onMissed = new Set<() => void>();
  readonly #ends: (() => void)[] = [];
  #cursor: string | undefined;
  #caughtUp: Promise<void> = Promise.resolve();

  /** Subscribes; what changes from the first connection on is reported. */
  constructor(connection: Connection) {
    this.#connection = connection;
    for (const kind of Object.keys(SUBSCRIPTIONS) as LiveKind[])
      this.#ends.push(
        connection.subscribe(SUBSCRIPTIONS[kind] as typeof SUBSCRIPTIONS.tag, {}, (data) => {
          const [changed] = Object.values(data) as Changed["tag"][];
          if (changed) this.#report(kind as "tag", changed);
        }),
      );
    const catchUpNext = () => {
      this.#caughtUp = this.#caughtUp.then(() => this.#catchUp());
    };
    this.#ends.push(connection.socketState.onConnected(catchUpNext));
    const timer = setInterval(() => connection.socketState.isConnected && catchUpNext(), CATCH_UP_MS);
    this.#ends.push(() => clearInterval(timer));
  }

  /** Calls the listener with each row of that kind that is new or has changed. Returns how to stop that. */
  on<Kind extends LiveKind>(kind: Kind, listener: (changed: Changed[Kind]) => void): () => void {
    this.#listeners[kind] ??= new Set<never>();
    const listeners = this.#listeners[kind] as Set<(changed: Changed[Kind]) => void>;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls the listener when too much was missed to be reported: everything shown has to be loaded again. */
  onMissed(listener: () => void): () => void {
    this.#onMissed.add(listener);
    return () => this.#onMissed.delete(listener);
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #report<Kind extends LiveKind>(kind: Kind, changed: Changed[Kind]): void {
    for (const listener of this.#listeners[kind] ?? []) (listener as (row: Changed[Kind]) => void)(changed);
  }

  /** Reports what happened while the socket was not connected. */
  async #catchUp(): Promise<void> {
    try {
      if (this.#cursor === undefined) {
        this.#cursor =
          (await this.#connection.query(FIRST_CURSOR, {}, OVER_SOCKET)).changeCursor ?? undefined;
        return;
      }
      for (let hasMore = true; hasMore; ) {
        const { changesSince }: ResultOf<typeof CATCH_UP> = await this.#connection.query(
          CATCH_UP,
          { cursor: this.#cursor },
          OVER_SOCKET,
        );
        if (!changesSince) return;
        this.#reportAll(changesSince);
        this.#cursor = changesSince.cursor;
        hasMore = changesSince.hasMore;
      }
    } catch (error) {
      // Without a connection, the next one tries again.
      if (problemOf(error).code === "PYNET") return;
      this.#cursor = undefined;
      for (const listener of this.#onMissed) listener();
    }
  }

  #reportAll(changes: NonNullable<ResultOf<typeof CATCH_UP>["changesSince"]>): void {
    for (const each of changes.deleted) this.#report("deleted", each);
    for (const each of changes.channels) this.#report("channel", each);
    for (const each of changes.tags) this.#report("tag", each);
    for (const each of changes.contacts) this.#report("contact", each);
    for (const each of changes.imports) this.#report("import", each);
    for (const each of changes.templates) this.#report("template", each);
    for (const each of changes.campaigns) this.#report("campaign", each);
    for (const each of changes.messages) {
      this.#report("message", each);
      this.#report("messageChange", each);
      if (each.messageStatus) this.#report("status", each.messageStatus);
    }
    for (const each of changes.mentions) this.#report("mention", each);
    for (const each of changes.conversations) this.#report("conversation", each);
  }
}
