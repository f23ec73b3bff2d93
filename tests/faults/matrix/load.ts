import { setTimeout as delay } from "node:timers/promises";
import type { CustomerPhone } from "../../../sandbox/customer_phone.ts";
import type { Random } from "../../../sandbox/random.ts";
import { say } from "../../support/outbound.ts";

type Queryable = Parameters<typeof say>[0];

type Parts = {
  /** Customers who write, in turn: to a chatbot and to agents. */
  phones: readonly CustomerPhone[];
  /** Where agents answer. */
  tenantId: string;
  db: Queryable;
  random: Random;
};

const INBOUND_MS = 50;
const OUTBOUND_MS = 100;

/** Customers' and agents' messages, at a steady pace through all faults. */
export class Load {
  /** Messages of agents whose insert was acknowledged. */
  readonly acknowledged: string[] = [];
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#running = Promise.all([this.#customers(), this.#agents()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #customers(): Promise<void> {
    const { phones } = this.#parts;
    for (let at = 0; await this.#pause(INBOUND_MS); at += 1)
      phones[at % phones.length]!.say(`text ${Math.floor(at / phones.length)}`);
  }

  async #agents(): Promise<void> {
    const { db, tenantId, random } = this.#parts;
    for (let at = 0; await this.#pause(OUTBOUND_MS); at += 1) {
      try {
        const { rows } = await db.query(
          "select id from app_public.conversations where tenant_id = $1 order by id",
          [tenantId],
        );
        const conversation = rows[Math.floor(random() * rows.length)];
        if (conversation)
          this.acknowledged.push(...(await say(db, { conversationId: conversation.id }, `answer ${at}`)));
      } catch {
        // Not acknowledged: the agent sees an error, and does not count on it.
      }
    }
  }

  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#stopping;
    await delay(ms, undefined, { signal }).catch(() => {});
    return !signal.aborted;
  }
}
