import type { Dispatcher } from "undici";

type Headers = Record<string, string | string[] | undefined>;

/** What came of a request; reasons hold error codes only: nothing of a request or a response. */
export type GraphReply =
  | { kind: "reply"; status: number; headers: Headers; bytes: Buffer }
  /** The request did not begin to leave this machine. */
  | { kind: "not_sent"; reason: string }
  /** It did, and no whole response came back. */
  | { kind: "lost"; reason: string };

/**
 * One request and its response, as undici tells of it. It says that a request starts when the connection stands, just
 * before the first byte is written: what has not started was not sent.
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

  constructor(limits: { maxBytes: number; timeoutMs: number }) {
    const { promise, resolve } = Promise.withResolvers<GraphReply>();
    this.reply = promise;
    this.#settle = resolve;
    this.#maxBytes = limits.maxBytes;
    this.#timer = setTimeout(() => this.#giveUp("timeout"), limits.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: now that it has one, nothing may leave.
    if (this.#isOver) controller.abort(new GivenUp());
    else this.#controller = controller;
  }

  /** Once more after "continue" and the like. */
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
    this.#fail("code" in error && typeof error.code === "string" ? error.code : error.name);
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
