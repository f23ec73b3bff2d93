import { randomUUID } from "node:crypto";
import type { Connection } from "./connection.ts";
import { SEND } from "./documents.ts";
import type { Bubble, Media } from "./types.ts";

type Unsent = { bubble: Bubble; input?: object };

const EMPTY: Bubble = {
  id: "",
  conversationId: "",
  author: "user",
  user: null,
  type: "text",
  currentPreview: "",
  editedAt: null,
  revokedAt: null,
  quotedMessage: null,
  reactions: [],
  messageStatus: { status: "queued" },
  media: null,
  idempotencyKey: null,
};

/** The picture of a bubble, while the server has not got it. */
export const UPLOADING: Media = {
  id: "",
  state: "uploading",
  type: "image",
  mimeType: null,
  filename: null,
  isVoice: false,
};

/**
 * What an agent wrote and the server may not have: shown at once, sent under a key of its own, and after a loss of the
 * connection sent again under the same key, so that it arrives once.
 */
export class UnsentMessages {
  readonly #connection: Connection;
  #list: Unsent[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The bubbles whose messages are not stored yet, newest first. By its key a bubble is recognised in the thread. */
  missingIn(thread: readonly Bubble[]): Bubble[] {
    const stored = new Set(thread.map(({ idempotencyKey }) => idempotencyKey));
    this.#list = this.#list.filter(({ bubble }) => !stored.has(bubble.idempotencyKey));
    return this.#list.map(({ bubble }) => bubble).reverse();
  }

  /** Shows a bubble; `send` sends its message. */
  show(shown: Partial<Bubble>): Unsent {
    const unsent = { bubble: { ...EMPTY, ...shown, idempotencyKey: randomUUID() } };
    this.#list.push(unsent);
    return unsent;
  }

  /** Does not fail without a network: then `sendAgain` is for later. */
  async send(unsent: Unsent, message: object): Promise<void> {
    const { conversationId, idempotencyKey } = unsent.bubble;
    unsent.input = { conversationId, idempotencyKey, ...message };
    await this.#connection.mutate(SEND, { input: unsent.input }).catch((error) => {
      if (!error.networkError) throw error;
    });
  }

  async sendAgain(): Promise<void> {
    for (const { input } of this.#list) if (input) await this.#connection.mutate(SEND, { input });
  }
}
