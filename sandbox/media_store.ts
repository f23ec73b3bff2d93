import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Identifiers } from "./identifiers.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long Meta keeps media. */
const KEPT_MS = { business: 30 * DAY_MS, customer: 7 * DAY_MS };

export interface Medium {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly mimeType: string;
  readonly filename: string | undefined;
  readonly bytes: Buffer;
  /** SHA-256 of the bytes: webhooks write it in base64, the Graph API in hex. */
  readonly digest: Buffer;
  readonly expiresAt: number;
}

interface NewMedium {
  phoneNumberId: string;
  /** Who uploaded it. */
  from: "business" | "customer";
  mimeType: string;
  filename?: string | undefined;
  bytes: Buffer;
}

/** Media by id, bounded by their bytes: past the limit the oldest go. */
export class MediaStore {
  readonly #capacity: number;
  readonly #clock: Clock;
  readonly #identifiers: Identifiers;
  readonly #media = new Map<string, Medium>();
  #size = 0;

  constructor(capacity: number, clock: Clock, identifiers: Identifiers) {
    this.#capacity = capacity;
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** Keeps a medium. Throws a RangeError when it alone is over the limit. */
  add({ from, phoneNumberId, mimeType, filename, bytes }: NewMedium): Medium {
    if (bytes.length > this.#capacity) throw new RangeError(`Media are ${this.#capacity} bytes at most`);
    const medium: Medium = {
      id: this.#identifiers.node(),
      phoneNumberId,
      mimeType,
      filename,
      bytes,
      digest: createHash("sha256").update(bytes).digest(),
      expiresAt: this.#clock.now() + KEPT_MS[from],
    };
    this.#media.set(medium.id, medium);
    this.#size += bytes.length;
    for (const oldest of this.#media.values()) {
      if (this.#size <= this.#capacity) break;
      this.#remove(oldest);
    }
    return medium;
  }

  get(id: string): Medium | undefined {
    const medium = this.#media.get(id);
    return medium && medium.expiresAt > this.#clock.now() ? medium : undefined;
  }

  /** The medium, if it belongs to this number. */
  find(id: string, phoneNumberId: string): Medium | undefined {
    const medium = this.get(id);
    return medium?.phoneNumberId === phoneNumberId ? medium : undefined;
  }

  delete(id: string): void {
    const medium = this.#media.get(id);
    if (medium) this.#remove(medium);
  }

  #remove(medium: Medium): void {
    this.#media.delete(medium.id);
    this.#size -= medium.bytes.length;
  }
}
