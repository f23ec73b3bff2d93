import { BoundedMap } from "./bounded-map.ts";

/** How a customer introduces themself. At least one of `phone` and `userId`. */
export interface CustomerIdentity {
  /** Digits, `+` and spaces allowed. Absent: the customer hides the number behind a username. */
  phone?: string | undefined;
  /** Business-scoped user id (BSUID), `CC.<alphanumeric>`: it always has a dot, a phone number never does. */
  userId?: string | undefined;
  parentUserId?: string | undefined;
  /** The profile name. */
  name?: string | undefined;
  username?: string | undefined;
}

/** A person with WhatsApp. */
export interface Customer {
  /** What the sandbox files the customer under: the phone's digits, else the BSUID. */
  readonly key: string;
  readonly waId: string | undefined;
  userId: string | undefined;
  parentUserId: string | undefined;
  name: string | undefined;
  username: string | undefined;
}

/** `+1 (555) 010-2030` → `15550102030`; a BSUID stays as it is. */
export function normaliseAddress(address: string): string {
  return address.includes(".") ? address : address.replace(/\D/g, "");
}

/** Whether a normalised address could be a phone number (E.164) or a BSUID. */
export function isAddress(address: string): boolean {
  return /^[1-9]\d{5,14}$/.test(address) || /^[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}$/.test(address);
}

/** Everyone who has WhatsApp, found by phone number or by BSUID. */
export class CustomerDirectory {
  readonly #byKey: BoundedMap<string, Customer>;
  readonly #byUserId: BoundedMap<string, Customer>;
  readonly #newUserId: () => string | undefined;

  /** `newUserId` makes the BSUID of a customer who brings none; it may make none. */
  constructor(capacity: number, newUserId: () => string | undefined) {
    this.#newUserId = newUserId;
    this.#byKey = new BoundedMap(capacity);
    this.#byUserId = new BoundedMap(capacity * 2);
  }

  /** The customer at a phone number or BSUID (own or parent). */
  find(address: string): Customer | undefined {
    return this.#byKey.get(address) ?? this.#byUserId.get(address);
  }

  /** The customer with this identity, made if new, with whatever is newly known written down. */
  introduce(identity: CustomerIdentity): Customer {
    const waId = identity.phone === undefined ? undefined : normaliseAddress(identity.phone);
    const key = waId ?? identity.userId;
    if (key === undefined || !isAddress(key)) {
      throw new Error(
        `A customer needs a phone number or a business-scoped user id, not ${JSON.stringify(key)}`,
      );
    }
    const customer: Customer = this.#byKey.get(key) ?? this.#byKey.set(key, { key, waId, ...NOBODY });
    customer.userId = identity.userId ?? customer.userId ?? this.#newUserId();
    customer.parentUserId = identity.parentUserId ?? customer.parentUserId;
    customer.name = identity.name ?? customer.name;
    customer.username = identity.username ?? customer.username;
    if (customer.userId) this.#byUserId.set(customer.userId, customer);
    if (customer.parentUserId) this.#byUserId.set(customer.parentUserId, customer);
    return customer;
  }
}

const NOBODY = { userId: undefined, parentUserId: undefined, name: undefined, username: undefined };
