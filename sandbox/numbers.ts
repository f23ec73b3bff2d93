import type { NumberOptions } from "./options.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Meta's throughput for a number that was never upgraded. */
const DEFAULT_MESSAGES_PER_SECOND = 80;

/** A business phone number as the sandbox keeps it. Always the same object for the same id. */
export interface BusinessNumber
  extends Required<Omit<NumberOptions, "verifyToken" | "messagesPerSecond" | "graphUrl">> {
  verifyToken: string | undefined;
  graphUrl: string | undefined;
  /** All messages of the number, both ways. */
  throughput: TokenBucket;
}

/** Every business number, and which of their accounts this app is subscribed to. */
export class NumberDirectory {
  readonly #capacity: number;
  readonly #byId = new Map<string, BusinessNumber>();
  readonly #unsubscribedAccounts = new Set<string>();
  /** How many numbers a token is good for. */
  readonly #tokens = new Map<string, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Adds a number. One that is there gets the new settings (rotated secrets, another webhook address) and keeps its
   * chats. Throws on a webhook address that is not http(s), or past the limit.
   */
  add(options: NumberOptions): BusinessNumber {
    const { protocol } = new URL(options.webhookUrl);
    if (protocol !== "http:" && protocol !== "https:") {
      throw new Error(`A webhook address starts with http: or https:, not ${protocol}`);
    }
    const { messagesPerSecond = DEFAULT_MESSAGES_PER_SECOND, ...rest } = options;
    const settings: BusinessNumber = {
      ...rest,
      verifiedName: options.verifiedName ?? options.displayPhoneNumber,
      tokenExpiresAt: options.tokenExpiresAt ?? 0,
      verifyToken: options.verifyToken,
      graphUrl: options.graphUrl,
      throughput: new TokenBucket(messagesPerSecond, messagesPerSecond),
    };
    const known = this.#byId.get(options.phoneNumberId);
    if (known) this.#countToken(known.accessToken, -1);
    else if (this.#byId.size >= this.#capacity) {
      throw new Error(`The sandbox holds ${this.#capacity} numbers at most`);
    }
    this.#countToken(options.accessToken, 1);
    const number = known ? Object.assign(known, settings) : settings;
    this.#byId.set(number.phoneNumberId, number);
    return number;
  }

  get(phoneNumberId: string): BusinessNumber | undefined {
    return this.#byId.get(phoneNumberId);
  }

  list(): BusinessNumber[] {
    return [...this.#byId.values()];
  }

  /** The numbers of an account. Walks over all: for management calls only. */
  ofAccount(businessAccountId: string): BusinessNumber[] {
    return this.list().filter((number) => number.businessAccountId === businessAccountId);
  }

  knowsToken(accessToken: string): boolean {
    return this.#tokens.has(accessToken);
  }

  /** Without a subscription no webhook is sent for an account. Accounts start subscribed. */
  isSubscribed(businessAccountId: string): boolean {
    return !this.#unsubscribedAccounts.has(businessAccountId);
  }

  setSubscribed(businessAccountId: string, isSubscribed: boolean): void {
    if (isSubscribed) this.#unsubscribedAccounts.delete(businessAccountId);
    else this.#unsubscribedAccounts.add(businessAccountId);
  }

  #countToken(accessToken: string, change: 1 | -1): void {
    const count = (this.#tokens.get(accessToken) ?? 0) + change;
    if (count > 0) this.#tokens.set(accessToken, count);
    else this.#tokens.delete(accessToken);
  }
}
