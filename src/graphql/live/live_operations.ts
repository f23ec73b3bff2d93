import { execute, hookArgs, isAsyncIterable } from "postgraphile/grafast";
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
} from "postgraphile/graphql";
import { canonicalUuid } from "../../base/canonical_uuid.ts";
import { ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import type { Log } from "../../base/log.ts";
import { withTimeout } from "../../base/timeout.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { MemberRole, Visitor } from "../auth/visitor.ts";
import { LIMITS } from "../limits/limits.ts";
import { maskError } from "../request/mask_error.ts";
import { masked, type Operation, RefusedRequest } from "../request/operations.ts";
import { createRequestQueue } from "../request/request_queue.ts";
import type { Change, LiveEvent } from "./change.ts";
import type { ChangeHub } from "./change_hub.ts";
import { type LiveDocument, liveDocument } from "./live_document.ts";
import { liveSchema } from "./live_schema.ts";
import type { Reader, Subscriber } from "./reading.ts";

/** How many changes are read at once, if the operation is small enough. */
const BATCH = 100;

/**
 * How many readings may read at once: of all tenants, and of one. Each plans its document before it waits for the database, so
 * without turns one change in a tenant with a thousand different subscriptions would stop the process for seconds.
 * None is refused: a reading waits once, whatever changes, so there are no more than subscriptions.
 */
const READINGS = {
  places: 8,
  perKey: [4],
  waiting: Number.POSITIVE_INFINITY,
  waitMs: 2 ** 31 - 1,
  refusal: "Too many subscriptions are waiting for their turn",
};

type Settings = {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
  authenticator: Authenticator;
  hub: ChangeHub;
  /** The connections, shared by tenant and session. The readings of a tenant count as one session. */
  connections: FairShare;
  timeoutMs: number;
  log: Log;
};

/** Subscribes operations to changes, and reads the rows of these. */
export class LiveOperations {
  readonly #settings: Settings;
  readonly #schema: GraphQLSchema;
  readonly #readings = new FairShare(READINGS);

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#schema = liveSchema(settings.schema);
  }

  /**
   * @param role the subscriber's, for as long as it is connected
   * @returns ends the subscription
   * @throws RefusedRequest for variables that are not valid
   */
  subscribe(operation: Operation, visitor: Visitor, role: MemberRole, subscriber: Subscriber): () => void {
    const live = liveDocument(this.#schema, operation.document, operation.definition);
    const { tenantId, credentialId } = visitor;
    const rights = live.dependsOnUser ? credentialId : role;
    const subscription = {
      tenantId,
      event: live.root.name.value as LiveEvent,
      scopeId: this.#scopeOf(live, operation),
      sharingKey: JSON.stringify([rights, live.text, Object.entries(operation.variables).sort()]),
    };
    return this.#settings.hub.subscribe(
      subscription,
      subscriber,
      this.#readerOf(live, operation, visitor, role),
    );
  }

  /** The id in the only argument of the field. */
  #scopeOf({ root }: LiveDocument, { definition, variables }: Operation): string | null {
    const field = this.#schema.getQueryType()?.getFields()[root.name.value];
    if (!field) throw new Error(`there is no subscription ${root.name.value}`);
    const { coerced, errors } = getVariableValues(
      this.#schema,
      definition.variableDefinitions ?? [],
      variables,
    );
    if (errors) throw new RefusedRequest(errors);
    const [id] = Object.values(getArgumentValues(field, root, coerced));
    return typeof id === "string" ? canonicalUuid(id) : null;
  }

  #readerOf(live: LiveDocument, operation: Operation, { tenantId }: Visitor, role: MemberRole): Reader {
    const { authenticator, log } = this.#settings;
    return {
      batchSize: Math.min(BATCH, Math.max(1, Math.floor(LIMITS.objects / operation.objects))),
      inTurn: (read) => this.#readings.run([tenantId], read),
      read: async (changes, visitor) => {
        try {
          const result = await this.#execute(live, operation, changes, visitor);
          if ((await authenticator.roleOf(visitor)) !== role) return null;
          return resultsOf(result, live, changes.length).map((each) => payloadOf(each, log));
        } catch (error) {
          const failed = JSON.stringify({ errors: [maskError(error as Error, log)] });
          return changes.map(() => failed);
        }
      },
    };
  }

  async #execute(
    live: LiveDocument,
    operation: Operation,
    changes: readonly Change[],
    visitor: Visitor,
  ): Promise<ExecutionResult> {
    const { connections, resolvedPreset, timeoutMs } = this.#settings;
    const queue = createRequestQueue(connections, [visitor.tenantId, `live ${visitor.tenantId}`]);
    const run = async () =>
      execute(
        await hookArgs({
          schema: this.#schema,
          document: live.document,
          variableValues: operation.variables,
          operationName: operation.operationName ?? null,
          contextValue: {
            changes,
            // What is shared cannot depend on the visitor: plans do not get one.
            visitor: live.dependsOnUser ? visitor : null,
            origin: operation.origin,
          },
          resolvedPreset,
          requestContext: { visitor, queue },
        }),
      );
    try {
      const result = await withTimeout(timeoutMs, run, tooLate);
      if (isAsyncIterable(result)) throw new Error("a query answered with a stream");
      return result;
    } finally {
      queue.end();
    }
  }
}

/** The result of each change, from that of the list of them. */
function resultsOf(
  { data, errors = [] }: ExecutionResult,
  { root }: LiveDocument,
  count: number,
): ExecutionResult[] {
  const key = root.alias?.value ?? root.name.value;
  const rows = data?.[key] as readonly unknown[] | null | undefined;
  return Array.from({ length: count }, (_, at) => {
    const own = errors.filter(({ path }) => typeof path?.[1] !== "number" || path[1] === at).map(ofOne);
    return { data: { [key]: rows?.[at] ?? null }, ...(own.length > 0 && { errors: own }) };
  });
}

/** The error without the position in the list. */
function ofOne(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, path, originalError, extensions } = error;
  const ofRow = path && [path[0]!, ...path.slice(2)];
  return new GraphQLError(message, { nodes, source, positions, path: ofRow, originalError, extensions });
}

function payloadOf(result: ExecutionResult, log: Log): string | null {
  const hasRow = Object.values(result.data ?? {}).some((row) => row !== null);
  return hasRow || result.errors ? JSON.stringify(masked(result, log)) : null;
}

function tooLate(): ParleyError {
  return new ParleyError("PYTIM", "The request took too long");
}
