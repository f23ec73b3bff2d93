import { execute, hookArgs, isAsyncIterable } from "postgraphile/grafast";
import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from "postgraphile/graphql";
import { ParleyError } from "../../base/errors.ts";
import type { FairShare } from "../../base/fair_share.ts";
import type { Log } from "../../base/log.ts";
import { metrics } from "../../base/metrics.ts";
import { withTimeout } from "../../base/timeout.ts";
import type { Origin } from "../../http/client_source.ts";
import type { Visitor } from "../auth/visitor.ts";
import { countConditions } from "../limits/count_conditions.ts";
import { countObjects } from "../limits/count_objects.ts";
import { LIMITS } from "../limits/limits.ts";
import { isDeeperThan } from "../limits/variable_depth.ts";
import { PAGE_SIZE } from "../schema/page_size.ts";
import { allowsReplica } from "../schema/replica_directive.ts";
import { type FieldOf, maskError } from "./mask_error.ts";
import type { ReadDocument } from "./read_document.ts";
import type { Replica } from "./replica.ts";
import { createRequestQueue, type RequestQueue } from "./request_queue.ts";
import { rootFields } from "./root_fields.ts";

/** A request of a client, over HTTP or a WebSocket, that has not been checked. */
type GraphqlRequest = { query: unknown; variables: unknown; operationName: unknown };

/** An operation that has passed every check and may be run. */
export type Operation = {
  document: DocumentNode;
  definition: OperationDefinitionNode;
  operationName: string | undefined;
  variables: Readonly<Record<string, unknown>>;
  /** How many objects the response could contain; of a subscription: one event. */
  objects: number;
  visitor: Visitor | null;
  origin: Origin;
};

declare global {
  namespace Grafast {
    interface Context {
      /** Who asks; null without a token. */
      visitor: Visitor | null;
      origin: Origin;
    }
  }
}

export type Operations = {
  schema: GraphQLSchema;
  /** Reads and checks a request. @throws RefusedRequest, ParleyError */
  prepare(request: GraphqlRequest, visitor: Visitor | null, origin: Origin): Operation;
  /** Runs a query or a mutation; errors are masked. */
  execute(operation: Operation, log: Log): Promise<FormattedExecutionResult>;
};

/** The request was refused before anything was executed. */
export class RefusedRequest extends Error {
  override name = "RefusedRequest";
  readonly errors: readonly Error[];

  constructor(errors: readonly Error[]) {
    super("the request was refused");
    this.errors = errors;
  }
}

type Settings = {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
  readDocument(query: string): ReadDocument;
  /** The connections, shared by tenant, and by session or API key. */
  connections: FairShare;
  /** Finds the field of an input that was refused. */
  fieldOf: FieldOf;
  /** The standby for queries with `@replica`. */
  replica?: Replica | undefined;
  /** The time limit after which a query is answered with PYTIM. */
  timeoutMs: number;
};

/** The common path of HTTP and WebSockets: reads, checks and runs requests. */
export function createOperations({
  schema,
  resolvedPreset,
  readDocument,
  connections,
  fieldOf,
  replica,
  timeoutMs,
}: Settings): Operations {
  const queueOf = ({ visitor, origin }: Operation, replica?: Replica) =>
    createRequestQueue(
      replica?.connections ?? connections,
      visitor ? [visitor.tenantId, visitor.credentialId] : ["anonymous", origin.source],
      replica,
    );
  const argsOf = async (operation: Operation, queue: RequestQueue) =>
    hookArgs({
      schema,
      document: operation.document,
      variableValues: operation.variables,
      operationName: operation.operationName ?? null,
      contextValue: { changes: [], visitor: operation.visitor, origin: operation.origin },
      resolvedPreset,
      requestContext: { visitor: operation.visitor, queue },
    });

  const run = async (operation: Operation, log: Log, from?: Replica): Promise<FormattedExecutionResult> => {
    const queue = queueOf(operation, from);
    try {
      const executed = async () => execute(await argsOf(operation, queue));
      const result = await withTimeout(timeoutMs, executed, tooLate);
      // There are no @defer and @stream in the schema.
      if (isAsyncIterable(result)) throw new Error("a query answered with a stream");
      return masked(result, log, fieldOf);
    } catch (error) {
      return { errors: [maskError(error as Error, log)] };
    } finally {
      queue.end();
    }
  };

  return {
    schema,

    prepare: (request, visitor, origin) => prepare(schema, readDocument, request, visitor, origin),

    async execute(operation, log) {
      const answer =
        replica && allowsReplica(operation.definition) && (await readReplica(replica, run, operation, log));
      return answer || run(operation, log);
    },
  };
}

type Run = (operation: Operation, log: Log, from: Replica) => Promise<FormattedExecutionResult>;

/** The replica's answer; undefined if it cannot answer now, is too far behind, or had to cancel the query. */
async function readReplica(
  replica: Replica,
  run: Run,
  operation: Operation,
  log: Log,
): Promise<FormattedExecutionResult | undefined> {
  if (!replica.isAvoided) {
    const result = await run(operation, log, replica);
    if (!result.errors?.some(({ extensions }) => extensions?.code === "PYUNA")) {
      metrics.replicaQueries.inc({ source: "replica" });
      return result;
    }
    replica.avoid();
  }
  metrics.replicaQueries.inc({ source: "primary" });
  return undefined;
}

/** Checks a request before anything of it runs. @throws RefusedRequest, and ParleyError for pages that are too large */
function prepare(
  schema: Settings["schema"],
  readDocument: Settings["readDocument"],
  { query, variables, operationName }: GraphqlRequest,
  visitor: Operation["visitor"],
  origin: Operation["origin"],
): Operation {
  if (typeof query !== "string") throw refused("PYREQ", "query must be a string");
  if (operationName != null && typeof operationName !== "string")
    throw refused("PYREQ", "operationName must be a string");
  if (variables != null && !isRecord(variables)) throw refused("PYREQ", "variables must be an object");
  if (isDeeperThan(variables, LIMITS.variableDepth))
    throw refused("PYLIM", `Variables nest more than ${LIMITS.variableDepth} levels`);

  if (query.length > LIMITS.bytes) throw refused("PYLIM", `More than ${LIMITS.bytes} bytes of a document`);
  if (visitor === null && query.length > LIMITS.anonymousBytes)
    throw refused("PYLIM", `More than ${LIMITS.anonymousBytes} bytes of a document without an access token`);
  const read = readDocument(query);
  if ("errors" in read) throw new RefusedRequest(read.errors);
  const { document, fields } = read;
  if (visitor === null && fields > LIMITS.anonymousFields)
    throw refused("PYLIM", `More than ${LIMITS.anonymousFields} fields without an access token`);
  const definition = getOperationAST(document, operationName);
  if (!definition)
    throw refused("PYREQ", "Name the operation: the document has none of that name, or several");
  const given = variables ?? {};
  if (fields + countConditions(document, definition, given) > LIMITS.fields)
    throw refused("PYLIM", `More than ${LIMITS.fields} fields and conditions of filters`);
  const objects = countObjects(schema, document, definition, given);
  if (objects > LIMITS.objects)
    throw refused(
      "PYLIM",
      `The answer might hold more than ${LIMITS.objects} objects: give nested lists a smaller \`first\` (it defaults to ${PAGE_SIZE.default}) or \`last\``,
    );
  const fieldsAtRoot = rootFields(document, definition);
  if (fieldsAtRoot.has("changeCursor") && fieldsAtRoot.size > 1)
    throw refused(
      "PYREQ",
      "`changeCursor` must be the only field of a request: other fields may be read before it, and be older",
    );
  return {
    document,
    definition,
    operationName: operationName ?? undefined,
    variables: given,
    objects,
    visitor,
    origin,
  };
}

function tooLate(): ParleyError {
  return new ParleyError("PYTIM", "The request took too long");
}

/** The result with masked errors. */
export function masked(result: ExecutionResult, log: Log, fieldOf?: FieldOf): FormattedExecutionResult {
  const { errors, ...rest } = result;
  if (!errors) return rest;
  return { ...rest, errors: errors.map((error) => maskError(error, log, fieldOf)) };
}

function refused(code: "PYREQ" | "PYLIM", message: string): RefusedRequest {
  return new RefusedRequest([new ParleyError(code, message)]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
