import type pg from "pg";

/**
 * A transaction on one connection of a pipelined pool, which owns that connection until it ends. Statements that do not
 * wait for one another's answers share a round trip:
 *
 *     the work                          sent together                    round trip
 *     ------------------------------    -----------------------------    ----------
 *     await client.query(first)         begin · first                    1
 *     await client.query(more)          more                             2, 3 …
 *     transaction.last(query)           last · commit · what follows     the last one
 *     transaction.afterCommit(send)
 *
 * A chatbot's turn takes two: `begin · claim_chatbot_turns`, then `save_chatbot_turns · commit · claim_outbox`.
 */
export class Pipeline {
  readonly client: pg.PoolClient;
  readonly #last: Promise<unknown>[] = [];
  readonly #afterCommit: ((client: pg.PoolClient) => void)[] = [];
  readonly #onCommitted: (() => void)[] = [];

  private constructor(client: pg.PoolClient) {
    this.client = client;
  }

  /** Takes a query that has been sent, instead of the work awaiting it: the commit goes with it. */
  last(query: Promise<unknown>): void {
    this.#last.push(handled(query));
  }

  /**
   * Calls `send` when the commit has been sent. What it asks of the client in that call goes with the commit, and runs
   * after it, or after the rollback if the commit fails. It handles its own errors.
   */
  afterCommit(send: (client: pg.PoolClient) => void): void {
    this.#afterCommit.push(send);
  }

  /** Calls `then` when the commit is confirmed, and not at all if there is none. */
  onCommitted(then: () => void): void {
    this.#onCommitted.push(then);
  }

  /** Commits when `work` returns, rolls back when it throws. */
  static async run<T>(pool: pg.Pool, work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
    const pipeline = new Pipeline(await pool.connect());
    const { client } = pipeline;
    let broken: Error | undefined;
    try {
      const begun = handled(client.query("begin"));
      const result = await work(pipeline);
      await pipeline.#commit(begun);
      return result;
    } catch (error) {
      await client.query("rollback").catch((rollback: Error) => {
        broken = rollback;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #commit(begun: Promise<unknown>): Promise<void> {
    const committed = handled(this.client.query("commit"));
    for (const send of this.#afterCommit) send(this.client);
    await Promise.all([begun, ...this.#last, committed]);
    for (const then of this.#onCommitted) then();
  }
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws. Its first query shares the round
 * trip of "begin"; `pipeline` can make others share that of "commit".
 */
export function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  return Pipeline.run(pool, (pipeline) => work(pipeline.client, pipeline));
}

/** A rejection is handled by a later Promise.all. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
