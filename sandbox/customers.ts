import { BoundedMap } from "./bounded_map.ts";
import type { Update } from "./webhooks/update.ts";

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
  /** What the sandbox files the customer's chats under: stays the same when the addresses change. */
  readonly key: string;
  waId: string | undefined;
  userId: string | undefined;
  parentUserId: string | undefined;
  name: string | undefined;
  username: string | undefined;
  /** The webhooks about the customer other than messages, oldest first. */
  readonly facts: Fact[];
}

/** A webhook about a customer that is not a message, kept so that it can be delivered again. */
export interface Fact {
  kind: "address" | "marketing";
  update: Update;
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
  /** How many customers have moved; it makes the keys of an address's successive owners unique. */
  #moved = 0;

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
    const customer: Customer = this.#byKey.get(key) ?? this.#byKey.set(key, this.#newCustomer(key, waId));
    customer.userId = identity.userId ?? customer.userId ?? this.#newUserId();
    customer.parentUserId = identity.parentUserId ?? customer.parentUserId;
    customer.name = identity.name ?? customer.name;
    customer.username = identity.username ?? customer.username;
    this.#fileByUserIds(customer);
    return customer;
  }

  /**
   * Changes a customer's addresses. A customer who hides the new number has no number; a customer who later appears at
   * an old address is another person.
   */
  move(customer: Customer, { phone, userId, parentUserId }: AddressChange): void {
    const old = [customer.waId, customer.userId, customer.parentUserId].filter((id) => id !== undefined);
    for (const address of old) {
      this.#byKey.delete(address);
      this.#byUserId.delete(address);
    }
    this.#moved += 1;
    customer.waId = phone === undefined ? undefined : normaliseAddress(phone);
    customer.userId = userId ?? this.#newUserId() ?? customer.userId;
    customer.parentUserId = parentUserId;
    const address = customer.waId ?? customer.userId;
    if (address !== undefined) this.#byKey.set(address, customer);
    this.#fileByUserIds(customer);
  }

  #newCustomer(address: string, waId: string | undefined): Customer {
    const key = this.#moved === 0 ? address : `${address}/${this.#moved}`;
    const unknown = { userId: undefined, parentUserId: undefined, name: undefined, username: undefined };
    return { key, waId, ...unknown, facts: [] };
  }

  #fileByUserIds(customer: Customer): void {
    if (customer.userId) this.#byUserId.set(customer.userId, customer);
    if (customer.parentUserId) this.#byUserId.set(customer.parentUserId, customer);
  }
}

/** The new addresses of a customer; `phone` is absent where the new number is hidden. */
export interface AddressChange {
  phone?: string | undefined;
  userId?: string | undefined;
  parentUserId?: string | undefined;
}
