import { type RuleScope, Rules } from "./rules.ts";

/** What a request to the Graph API is for. */
type Operation =
  | "send"
  | "markRead"
  | "uploadMedia"
  | "readMedia"
  | "downloadMedia"
  | "deleteMedia"
  | "listTemplates"
  | "readNumber"
  | "subscription";

/**
 * A fault to inject. With `accepts` the request is first carried out as usual (a send gets its wamid and its
 * statuses), and only the answer fails: an unknown outcome. Without it nothing is carried out.
 */
export type Fault =
  /** Answer with this Graph API error code. */
  | { kind: "error"; code: number; details?: string; httpStatus?: number; retryAfter?: number }
  /** Answer 500 with a page that is not JSON. */
  | { kind: "serverError"; accepts?: boolean }
  /** Cut the socket instead of answering. */
  | { kind: "cut"; accepts?: boolean }
  /** Never answer; the socket stays open. */
  | { kind: "blackHole"; accepts?: boolean }
  /** Answer late. */
  | { kind: "delay"; milliseconds: number; accepts?: boolean };

interface FaultScope extends RuleScope {
  /** The operation that fails; defaults to sends. */
  operation?: Operation | undefined;
}

export interface FaultSubject {
  operation: Operation;
  phoneNumberId?: string | undefined;
  recipient?: string | undefined;
}

/** The faults asked for. */
export class Faults {
  readonly #rules: Rules<{ operation: Operation; fault: Fault }>;

  constructor(random: () => number) {
    this.#rules = new Rules(random);
  }

  /** Adds a fault; what it returns takes it away again. */
  add(fault: Fault, { operation = "send", ...scope }: FaultScope = {}): () => void {
    return this.#rules.add(scope, { operation, fault });
  }

  clear(): void {
    this.#rules.clear();
  }

  take(subject: FaultSubject): Fault | undefined {
    return this.#rules.take(subject, (rule) => rule.operation === subject.operation)?.fault;
  }
}
