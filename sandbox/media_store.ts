import type { Clock } from "./clock.ts";
import type { Identifiers } from "./identifiers.ts";
import { type StoredFile, TemporaryFiles } from "./temporary_files.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long Meta keeps media. */
const KEPT_MS = { business: 30 * DAY_MS, customer: 7 * DAY_MS };

export interface Medium {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly mimeType: string;
  readonly filename: string | undefined;
  readonly file: StoredFile;
  readonly expiresAt: number;
}

interface NewMedium {
  phoneNumberId: string;
  /** Who uploaded it. */
  from: "business" | "customer";
  mimeType: string;
  filename?: string | undefined;
  /** Belongs to the store from now on. */
  file: StoredFile;
}

/** How much is kept. */
interface Capacity {
  media: number;
  mediaBytes: number;
}

/** Media by id, bounded by their number and bytes: past a limit the oldest are deleted. */
export class MediaStore {
  readonly files = new TemporaryFiles();
  readonly #capacity: Capacity;
  readonly #clock: Clock;
  readonly #identifiers: Identifiers;
  readonly #media = new Map<string, Medium>();
  #size = 0;

  constructor(capacity: Capacity, clock: Clock, identifiers: Identifiers) {
    this.#capacity = capacity;
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  add({ from, ...described }: NewMedium): Medium {
    const medium: Medium = {
      id: this.#identifiers.node(),
      filename: undefined,
      ...described,
      expiresAt: this.#clock.now() + KEPT_MS[from],
    };
    this.#media.set(medium.id, medium);
    this.#size += medium.file.size;
    for (const oldest of this.#media.values()) {
      if (this.#size <= this.#capacity.mediaBytes && this.#media.size <= this.#capacity.media) break;
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

  close(): void {
    this.#media.clear();
    this.#size = 0;
    this.files.close();
  }

  #remove(medium: Medium): void {
    this.#media.delete(medium.id);
    this.#size -= medium.file.size;
    this.files.remove(medium.file);
  }
}
