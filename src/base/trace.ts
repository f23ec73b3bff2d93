import { createHash, randomBytes } from "node:crypto";

/** A step on the way of a message. It is recorded when it is over, so that nothing has to be passed along. */
type Step = {
  name: "webhook" | "store" | "turn" | "send";
  traceId: string;
  /** Whether the trace begins with it. */
  isRoot?: boolean;
  /** Milliseconds since 1970. */
  beganAt: number;
  endedAt: number;
  /** Ids and words of ours, never texts or numbers of customers. */
  attributes: Readonly<Record<string, string | number>>;
  /** Why it failed. */
  error?: string;
};

/** A step with its ids in hexadecimal. */
export type Span = Step & { spanId: string; parentId: string | null };

/** The steps of messages, as traces. Off until {@link begin}: callers then prepare nothing. */
class Trace {
  #export: ((span: Span) => void) | undefined;

  get isOn(): boolean {
    return this.#export !== undefined;
  }

  begin(exportSpan: (span: Span) => void): void {
    this.#export = exportSpan;
  }

  end(): void {
    this.#export = undefined;
  }

  record(step: Step): void {
    const rootId = step.traceId.slice(16);
    this.#export?.({
      ...step,
      spanId: step.isRoot ? rootId : randomBytes(8).toString("hex"),
      parentId: step.isRoot ? null : rootId,
    });
  }
}

/** There is one for the process, like the metrics. */
export const trace = new Trace();

/** The trace of a message that a provider has delivered. It is the same in each process that has a part in it. */
export function traceIdOf(channelId: string, providerMessageId: string): string {
  return createHash("sha256").update(`${channelId}/${providerMessageId}`).digest("hex").slice(0, 32);
}
