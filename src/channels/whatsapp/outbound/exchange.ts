import type { Dispatcher } from "undici";

type Headers = Record<string, string | string[] | undefined>;

/** The outcome of a request. A reason contains only an error code, so that logs contain no message content. */
export type GraphReply =
  | { kind: "reply"; status: number; headers: Headers; bytes: Buffer }
  /** No byte of the request was sent. */
  | { kind: "not_sent"; reason: string }
  /** The request was at least partly sent, but no complete response was received. */
  | { kind: "lost"; reason: string };

/**
 * Handles the events of undici for one request and its response. undici reports the start of a request when the
 * connection is open, before it writes the first byte. So a request that has not started was not sent.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly reply: Promise<GraphReply>;
  readonly #settle: (reply: GraphReply) => void;
  readonly #maxBytes: number;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limits: { maxBytes: number; timeoutMs: number; signal?: AbortSignal | undefined }) {
    const { promise, resolve } = Promise.withResolvers<GraphReply>();
    this.reply = promise;
    this.#settle = resolve;
    this.#maxBytes = limits.maxBytes;
    this.#timer = setTimeout(() => this.#giveUp("timeout"), limits.timeoutMs);
    limits.signal?.addEventListener("abort", () => this.#giveUp("ABORTED"), { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The request timed out before it had a connection and was reported as not sent, so it must not be sent now.
    if (this.#isOver) controller.abort(new GivenUp());
    else this.#controller = controller;
  }

  /** undici calls this again after an informational response such as `100 Continue`. */
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.#giveUp("RESPONSE_TOO_LARGE");
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
    this.#end({ kind: "reply", status: this.#status, headers: this.#headers, bytes });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(reasonOf(error));
  }

  #giveUp(reason: string): void {
    this.#fail(reason);
    this.#controller?.abort(new GivenUp());
  }

  #fail(reason: string): void {
    this.#end({ kind: this.#controller === null ? "not_sent" : "lost", reason });
  }

  #end(reply: GraphReply): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#settle(reply);
  }
}

class GivenUp extends Error {
  override name = "GivenUp";
}

/** The code or the name of an error: its message may contain an address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
