import { BoundedMap } from "./bounded_map.ts";
import type { Identifiers } from "./identifiers.ts";

/** What a business has reported of a customer who came from an ad. */
export interface Conversion {
  /** The business's own id of the event. */
  id: string;
  name: string;
  /** When it happened, in seconds. */
  time: number;
  clickId: string;
  value: number | undefined;
  currency: string | undefined;
}

/** The data sets of accounts, each with the events that were reported to it. */
export class ConversionDirectory {
  readonly #capacity: number;
  readonly #identifiers: Identifiers;
  readonly #dataSets = new Map<string, string>();
  readonly #accounts = new Map<string, string>();
  readonly #events = new Map<string, BoundedMap<string, Conversion>>();

  constructor(capacity: number, identifiers: Identifiers) {
    this.#capacity = capacity;
    this.#identifiers = identifiers;
  }

  /** The id of an account's data set, which is made on the first request. */
  dataSetOf(businessAccountId: string): string {
    let id = this.#dataSets.get(businessAccountId);
    if (id === undefined) {
      id = this.#identifiers.node();
      this.#dataSets.set(businessAccountId, id);
      this.#accounts.set(id, businessAccountId);
    }
    return id;
  }

  accountOf(dataSetId: string): string | undefined {
    return this.#accounts.get(dataSetId);
  }

  /** Keeps an event. One with the id and the name of another one is the same event. */
  add(businessAccountId: string, event: Conversion): void {
    const events = this.#events.get(businessAccountId) ?? new BoundedMap<string, Conversion>(this.#capacity);
    this.#events.set(businessAccountId, events);
    const key = `${event.name} ${event.id}`;
    if (!events.get(key)) events.set(key, event);
  }

  /** The events of an account, oldest first. */
  list(businessAccountId: string): Conversion[] {
    return [...(this.#events.get(businessAccountId)?.values() ?? [])];
  }
}
