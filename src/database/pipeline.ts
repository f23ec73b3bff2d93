import type pg from "pg";

/**
 * A transaction on one connection of a pipelined pool; it uses that connection exclusively. Statements that do not wait
 * for each other's results share a round trip:
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

  /** Registers a query that has been sent, instead of awaiting it, so that the commit shares its round trip. */
  last(query: Promise<unknown>): void {
    this.#last.push(handled(query));
  }

  /**
   * Calls `send` when the commit has been sent. Queries that it sends in that call share the commit's round trip, and run
   * after the commit, or after the rollback if the commit fails. `send` has to handle its own errors.
   */
  afterCommit(send: (client: pg.PoolClient) => void): void {
    this.#afterCommit.push(send);
  }

  /** Calls `then` when the commit is confirmed; never after a rollback. */
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
 * Runs `work` in one transaction: commits when it returns, rolls back when it throws. Its first query shares the round
 * trip of "begin"; with `pipeline` others can share the round trip of "commit".
 */
export function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  return Pipeline.run(pool, (pipeline) => work(pipeline.client, pipeline));
}

/** Marks a rejection as handled: a later `Promise.all` reports it. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
