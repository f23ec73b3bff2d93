import type { Connection } from "../graphql/connection.ts";
import { graphql, type ResultOf } from "../graphql/graphql.ts";
import type { Live } from "../graphql/live.ts";
import { problemOf } from "../graphql/problem.ts";

/** More than this is shown as "99+", and not counted. */
export const MOST = 100;

const UNREAD = graphql(`
  query UnreadConversations($matching: JSON, $first: Int!) {
    conversations(
      matching: $matching, filter: { status: { equalTo: open }, unreadCount: { greaterThan: 0 } }
      orderBy: [LAST_ACTIVITY_AT_DESC], first: $first
    ) {
      nodes { id }
    }
  }
`);

/** Unread messages in a conversation that is the user's, or nobody's, and not snoozed. */
const MATCHING = {
  all: [
    {
      any: [
        { field: "assignee", is: "me" },
        { field: "assignee", isEmpty: true },
      ],
    },
    { not: { field: "isSnoozed", is: true } },
  ],
};

type Changed = Parameters<Parameters<typeof Live.prototype.on<"conversation">>[1]>[0];

/** The conversations with unread messages that concern the user. They are asked for once; what changes says itself whether it counts. */
export class Unread {
  readonly #connection: Connection;
  readonly #userId: string;
  readonly #onCount: (count: number) => void;
  readonly #ends: (() => void)[];
  #ids = new Set<string>();

  constructor(connection: Connection, live: Live, userId: string, onCount: (count: number) => void) {
    this.#connection = connection;
    this.#userId = userId;
    this.#onCount = onCount;
    this.#ends = [
      live.on("conversation", (row) => this.#take(row)),
      live.on("deleted", ({ id }) => this.#ids.delete(id) && this.#report()),
      live.onMissed(() => void this.#load()),
    ];
    void this.#load();
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async #load(): Promise<void> {
    try {
      const variables = { matching: MATCHING, first: MOST };
      const { conversations }: ResultOf<typeof UNREAD> = await this.#connection.query(UNREAD, variables);
      this.#ids = new Set(conversations?.nodes.map(({ id }) => id));
      this.#report();
    } catch (error) {
      // The number is an extra: without it the inbox works, and says itself what is wrong.
      console.info("The unread conversations could not be counted", problemOf(error).code);
    }
  }

  #take(row: Changed): void {
    if (isUnreadFor(row, this.#userId, Date.now())) this.#ids.add(row.id);
    else this.#ids.delete(row.id);
    this.#report();
  }

  #report(): void {
    this.#onCount(this.#ids.size);
  }
}

export function isUnreadFor(
  row: Pick<Changed, "status" | "unreadCount" | "assigneeId" | "snoozedUntil">,
  userId: string,
  now: number,
): boolean {
  const isSnoozed =
    row.snoozedUntil !== null && (row.snoozedUntil === "infinity" || Date.parse(row.snoozedUntil) > now);
  const concerns = row.assigneeId === null || row.assigneeId === userId;
  return row.status === "open" && row.unreadCount > 0 && concerns && !isSnoozed;
}
