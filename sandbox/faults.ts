import type { JsonObject } from "./json.ts";
import { type RuleScope, Rules } from "./rules.ts";

/** What a request to the Graph API is for. */
export const OPERATIONS = [
  "send",
  "markRead",
  "blockUsers",
  "uploadMedia",
  "readMedia",
  "downloadMedia",
  "deleteMedia",
  "listTemplates",
  "createDataSet",
  "reportConversion",
  "readTemplate",
  "createTemplate",
  "editTemplate",
  "deleteTemplate",
  "unpauseTemplate",
  "uploadExample",
  "readNumber",
  "readToken",
  "subscription",
] as const;
type Operation = (typeof OPERATIONS)[number];

/**
 * A fault to inject. With `accepts` the request is first carried out as usual (a send gets its wamid and its
 * statuses), and only the answer fails: an unknown outcome. Without it nothing is carried out.
 */
export type Fault =
  /** Answer with this Graph API error code. */
  | {
      kind: "error";
      code: number;
      subcode?: number;
      details?: string;
      httpStatus?: number;
      retryAfter?: number;
    }
  /** Answer 500 with a page that is not JSON. */
  | { kind: "serverError"; accepts?: boolean }
  /** Cut the socket instead of answering. */
  | { kind: "cut"; accepts?: boolean }
  /** Never answer; the socket stays open. */
  | { kind: "blackHole"; accepts?: boolean }
  /** Answer late; without `accepts` the body of the request is not read before that either. */
  | { kind: "delay"; milliseconds: number; accepts?: boolean }
  /** Carry the request out, and answer with other values in some fields of the JSON. */
  | { kind: "override"; fields: JsonObject }
  /** Answer 302. */
  | { kind: "redirect"; location: string }
  | BodyFault;

/** What is wrong with the body of a download. */
export type BodyFault =
  /** The right length, other bytes. */
  | { kind: "alteredBody" }
  /** So many bytes: cut, or filled up with zeros. */
  | { kind: "resizedBody"; bytes: number }
  /** The connection breaks half-way. */
  | { kind: "brokenBody" }
  /** No length, and no end. */
  | { kind: "endlessBody" }
  | { kind: "slowBody"; bytesPerSecond: number };

export function isBodyFault(fault: Fault): fault is BodyFault {
  return fault.kind.endsWith("Body");
}

interface FaultScope extends RuleScope {
  /** The operation that fails; defaults to `send`, and for a fault of a body to `downloadMedia`, the only one that has one. */
  operation?: Operation | undefined;
}

export interface FaultSubject {
  operation: Operation;
  phoneNumberId?: string | undefined;
  recipient?: string | undefined;
}

function operationOf(fault: Fault): Operation {
  return isBodyFault(fault) ? "downloadMedia" : "send";
}

/** The faults asked for. */
export class Faults {
  readonly #rules: Rules<{ operation: Operation; fault: Fault }>;

  constructor(random: () => number) {
    this.#rules = new Rules(random);
  }

  /** Adds a fault; what it returns takes it away again. */
  add(fault: Fault, { operation = operationOf(fault), ...scope }: FaultScope = {}): () => void {
    return this.#rules.add(scope, { operation, fault });
  }

  clear(): void {
    this.#rules.clear();
  }

  take(subject: FaultSubject): Fault | undefined {
    return this.#rules.take(subject, (rule) => rule.operation === subject.operation)?.fault;
  }
}
