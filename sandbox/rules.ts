import type { Random } from "./random.ts";

/** What a rule applies to. An absent field matches everything. */
export interface RuleScope {
  phoneNumberId?: string | undefined;
  /** Phone digits or BSUID, as the business addresses the customer. */
  recipient?: string | undefined;
  /** The share of matching cases that are hit, 0 to 1; defaults to 1. */
  rate?: number | undefined;
  /** How often the rule applies before it is used up; defaults to no limit. `1` is "the next one". */
  times?: number | undefined;
}

/** A case a rule may apply to. */
interface RuleSubject {
  phoneNumberId?: string | undefined;
  recipient?: string | undefined;
}

interface Rule<T> extends RuleScope {
  value: T;
  left: number;
}

const CAPACITY = 10_000;

/**
 * Things asked for in advance: "the next send", "every send to this customer", "3 % of all sends". Rules of a
 * recipient come before general ones; among equals the first asked for wins. Looking one up walks over the general
 * rules and those of the one recipient only.
 */
export class Rules<T> {
  readonly #random: Random;
  readonly #general = new Set<Rule<T>>();
  readonly #byRecipient = new Map<string, Set<Rule<T>>>();
  #size = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Adds a rule; what it returns takes the rule away again. Throws when there are too many. */
  add(scope: RuleScope, value: T): () => void {
    if (this.#size >= CAPACITY) throw new RangeError(`There are ${CAPACITY} rules at most`);
    const rule = { ...scope, value, left: scope.times ?? Number.POSITIVE_INFINITY };
    this.#bucket(rule.recipient).add(rule);
    this.#size += 1;
    return () => this.#remove(rule);
  }

  clear(): void {
    this.#general.clear();
    this.#byRecipient.clear();
    this.#size = 0;
  }

  /** The value of the first rule that applies to `subject` and `accepts`; uses it up by one. */
  take(subject: RuleSubject, accepts: (value: T) => boolean = () => true): T | undefined {
    if (this.#size === 0) return undefined;
    const own = subject.recipient === undefined ? undefined : this.#byRecipient.get(subject.recipient);
    for (const bucket of [own ?? [], this.#general]) {
      for (const rule of bucket) {
        if (rule.phoneNumberId !== undefined && rule.phoneNumberId !== subject.phoneNumberId) continue;
        if (!accepts(rule.value)) continue;
        if (rule.rate !== undefined && this.#random() >= rule.rate) continue;
        rule.left -= 1;
        if (rule.left <= 0) this.#remove(rule);
        return rule.value;
      }
    }
    return undefined;
  }

  #bucket(recipient: string | undefined): Set<Rule<T>> {
    if (recipient === undefined) return this.#general;
    const bucket = this.#byRecipient.get(recipient) ?? new Set();
    this.#byRecipient.set(recipient, bucket);
    return bucket;
  }

  #remove(rule: Rule<T>): void {
    const bucket = this.#bucket(rule.recipient);
    if (bucket.delete(rule)) this.#size -= 1;
    if (rule.recipient !== undefined && bucket.size === 0) this.#byRecipient.delete(rule.recipient);
  }
}
