import type { Identifiers } from "./identifiers.ts";

/** An upload of an example, as far as it has got. */
interface ExampleUpload {
  readonly size: number;
  received: number;
}

/** What is kept; past it the oldest is forgotten. */
const CAPACITY = 1000;

/** The resumable uploads of examples. Their bytes are counted and not kept: nothing shows them. */
export class ExampleUploads {
  readonly #identifiers: Identifiers;
  readonly #sessions = new Map<string, ExampleUpload>();
  readonly #handles = new Set<string>();

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers;
  }

  /** Opens a session for a file of this size; returns its id. */
  open(size: number): string {
    const id = `upload:${this.#identifiers.trace()}`;
    this.#sessions.set(id, { size, received: 0 });
    forgetOldest(this.#sessions);
    return id;
  }

  find(session: string): ExampleUpload | undefined {
    return this.#sessions.get(session);
  }

  /** The handle of an upload that is complete. */
  finish(session: string): string {
    this.#sessions.delete(session);
    const handle = `4::${this.#identifiers.trace()}`;
    this.#handles.add(handle);
    forgetOldest(this.#handles);
    return handle;
  }

  isHandle(handle: string): boolean {
    return this.#handles.has(handle);
  }
}

function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  if (kept.size <= CAPACITY) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
