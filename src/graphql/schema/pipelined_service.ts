import type pg from "pg";
import type { WithPgClient } from "postgraphile/@dataplan/pg";
import {
  createWithPgClient,
  makePgService,
  makeWithPgClientViaPgClientAlreadyInTransaction,
  type NodePostgresPgClient,
} from "postgraphile/adaptors/pg";
import { inTransaction } from "../../database/pipeline.ts";
import { type DatabaseSettings, isSignedIn } from "../auth/visitor.ts";
import type { Replica } from "../request/replica.ts";
import { REQUEST_QUEUE } from "../request/request_queue.ts";

type Options = Parameters<typeof makePgService>[0] & { pool: pg.Pool };

/** JIT is off: compiling these queries takes longer than running them. */
const ALWAYS = { jit: "off" };

/**
 * PostGraphile's service for a pipelined pool, of which a request uses one connection at a time: the caller is set in the round trip of the first query.
 * If the settings are refused, the transaction fails with the query; without settings the login sees no rows.
 */
export function pipelinedService(options: Options) {
  const service = makePgService(options);
  return {
    ...service,
    adaptor: {
      ...service.adaptor,
      createWithPgClient: (settings: Options, variant?: "SUPERUSER" | string | null) =>
        variant === "SUPERUSER" ? createWithPgClient(settings, variant) : withPipelinedClient(options.pool),
    },
  } as typeof service;
}

function withPipelinedClient(pool: pg.Pool): WithPgClient<NodePostgresPgClient> {
  const withPgClient: WithPgClient<NodePostgresPgClient> = (pgSettings, callback) => {
    const queue = (pgSettings as DatabaseSettings | null)?.[REQUEST_QUEUE];
    const work = () => inOneTransaction(pool, queue?.replica, pgSettings, callback);
    return queue ? queue.run(work) : work();
  };
  withPgClient.release = () => {};
  return withPgClient;
}

function inOneTransaction<T>(
  primary: pg.Pool,
  replica: Replica | undefined,
  pgSettings: Record<string, string | undefined> | null,
  callback: (client: NodePostgresPgClient) => T | Promise<T>,
): Promise<T> {
  return inTransaction(replica?.pool ?? primary, async (client) => {
    const settingsApplied = client.query({
      name: "settings",
      text: "select set_config(s ->> 0, s ->> 1, true) from json_array_elements($1::json) s",
      values: [
        JSON.stringify(Object.entries({ ...ALWAYS, ...pgSettings }).filter(([, value]) => value != null)),
      ],
    });
    settingsApplied.catch(() => {});
    const isFresh = replica?.requireFresh(client, !isSignedIn(pgSettings));
    isFresh?.catch(() => {});
    const result = await makeWithPgClientViaPgClientAlreadyInTransaction(client, true)(null, callback);
    await settingsApplied;
    await isFresh;
    return result;
  });
}
