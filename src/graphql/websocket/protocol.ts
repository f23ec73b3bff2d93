import { setImmediate as nextTurn } from "node:timers/promises";
import { type Context, makeServer, type WebSocket as ProtocolSocket, type ServerOptions } from "graphql-ws";
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from "postgraphile/graphql";
import { ParleyError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Origin } from "../../http/client_source.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { MemberRole, Visitor } from "../auth/visitor.ts";
import type { LiveOperations } from "../live/live_operations.ts";
import { maskError } from "../request/mask_error.ts";
import { masked, type Operation, type Operations, RefusedRequest } from "../request/operations.ts";
import { answerPing } from "./answer_ping.ts";
import { authorizationOf } from "./authorization_of.ts";
import type { Client } from "./client.ts";
import { silentSubscription } from "./silent_subscription.ts";

/** How many operations of one connection may run at once. */
const OPERATIONS_AT_ONCE = 50;
/** From the handshake to connection_init. */
const INIT_TIMEOUT_MS = 5_000;

type Extra = { client: Client; origin: Origin; admit(visitor: Visitor): void };
type Ctx = Context<Record<string, unknown> | undefined, Extra>;
/** graphql-ws passes execution arguments on and knows nothing of ours: they travel as the context value. */
type Prepared = { id: string; operation: Operation; visitor: Visitor; role: MemberRole; client: Client };

/** The protocol graphql-transport-ws, on our way of reading, checking and running requests. */
export function createProtocol(
  operations: Operations,
  live: LiveOperations,
  authenticator: Authenticator,
  log: Log,
) {
  const begin = ({ id, operation, visitor, role, client }: Prepared) => {
    const unsubscribe = live.subscribe(operation, visitor, role, {
      visitor: () => client.visitor ?? visitor,
      reserve: (rowKey) => client.updates.reserve(id, rowKey),
      expel: () => client.close("signedOut"),
    });
    return silentSubscription(() => {
      unsubscribe();
      client.updates.drop(id);
    });
  };

  const options: ServerOptions<Record<string, unknown> | undefined, Extra> = {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,

    async onConnect({ connectionParams, extra }) {
      const visitor = await authenticator.authenticate(
        authorizationOf(connectionParams),
        extra.client.source,
      );
      // Without a token there is nothing to subscribe to; signIn is for HTTP.
      if (visitor === null) throw new ParleyError("PYTOK", "An access token or an API key is needed");
      extra.admit(visitor);
      return true;
    },

    async onSubscribe(ctx, id, { query, variables, operationName }) {
      const { preparing } = ctx.extra.client;
      const earlier = [...preparing];
      const prepared = prepare(operations, authenticator, ctx, id, {
        query,
        variables,
        operationName,
      });
      preparing.add(prepared);
      try {
        const args = await prepared;
        if ((args.contextValue as Prepared).operation.definition.operation !== "subscription")
          await begun(earlier);
        return args;
      } catch (error) {
        if (error instanceof ParleyError && error.code === "PYTOK") throw error;
        const errors = error instanceof RefusedRequest ? error.errors : [error as Error];
        return errors.map((each) => new GraphQLError(each.message, { originalError: each }));
      } finally {
        preparing.delete(prepared);
      }
    },

    execute: ({ contextValue }) => {
      const { operation } = contextValue as Prepared;
      return operations.execute(operation, log) as Promise<ExecutionResult>;
    },
    subscribe: ({ contextValue }) => {
      try {
        return begin(contextValue as Prepared);
      } catch (error) {
        if (!(error instanceof RefusedRequest)) throw error;
        return masked({ errors: error.errors as GraphQLError[] }, log) as ExecutionResult;
      }
    },

    // Results are masked already; these keep graphql-ws from asking them to mask themselves.
    onNext: (_ctx, _id, _payload, _args, result) => result as ExecutionResult,
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => maskError(error as Error, log)),
  };

  const server = makeServer(options);
  return {
    opened: (socket: ProtocolSocket, extra: Extra) =>
      server.opened(
        { ...socket, onPing: (payload) => answerPing(extra.client, payload, authenticator, log) },
        extra,
      ),
  };
}

/** Checks an operation, and whether its sender still has the rights with which the connection began. */
async function prepare(
  operations: Operations,
  authenticator: Authenticator,
  { subscriptions, extra: { client, origin } }: Ctx,
  id: string,
  request: { query: unknown; variables: unknown; operationName: unknown },
): Promise<ExecutionArgs> {
  // Those that were completed while they are being prepared count, too.
  if (Math.max(Object.keys(subscriptions).length, client.preparing.size + 1) > OPERATIONS_AT_ONCE)
    throw new ParleyError("PYLIM", `More than ${OPERATIONS_AT_ONCE} operations at once on one connection`);
  const { visitor } = client;
  const role = visitor && (await authenticator.roleOf(visitor));
  client.role ??= role;
  if (!visitor || !role || client.role !== role)
    throw new ParleyError("PYTOK", "The session or API key has ended, or the role has changed");
  const operation = operations.prepare(request, visitor, origin);
  return {
    schema: operations.schema,
    document: operation.document,
    operationName: operation.operationName ?? null,
    rootValue: null,
    contextValue: { id, operation, visitor, role, client } satisfies Prepared,
  };
}

/**
 * A query runs after the subscriptions that were sent before it have begun: a client that subscribes, and then catches up,
 * misses nothing in between.
 */
async function begun(earlier: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(earlier);
  await nextTurn();
}
