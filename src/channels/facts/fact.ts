import type {
  CallFact,
  ContactSyncFact,
  IdentityChangeFact,
  MarketingPreferenceFact,
} from "./customer_facts.ts";
import type { FactSource } from "./fact_source.ts";
import type { MessageFact } from "./message_fact.ts";
import type { StatusFact } from "./status_fact.ts";

/**
 * What a body of a provider's comes apart into: flat facts, one database row's worth each.
 *
 * A missing value is `null`, never absent. Instants are milliseconds since 1970 by the provider's clock, not clamped to
 * ours. Every string, and everything of type `JsonObject`, is safe for `text` and `jsonb` (`parseJson` sees to it).
 */
export type Fact =
  | MessageFact
  | StatusFact
  | IdentityChangeFact
  | MarketingPreferenceFact
  | ContactSyncFact
  | CallFact
  | RecordFact
  | OtherFact;

/** `facts` is never empty: a body with nothing in it says so in an `other` fact. */
export type Reading =
  | { kind: "read"; facts: Fact[] }
  /** `reason` holds nothing of the body. */
  | { kind: "unreadable"; reason: string };

/** A change of something that only this kind of channel has, such as a template, or of the channel itself. */
type RecordFact = FactSource & {
  kind: "record";
  /** What has changed, for people: `template_update`. */
  name: string;
  /**
   * The function of app_private that applies it. Its one argument is `change` with `tenant_id`, `business_account_id`
   * and `heard_at`; it returns whether it found what has changed.
   */
  apply: string;
  change: { [key: string]: unknown };
  occurredAt: number | null;
};

/** Kept in the body and not applied: the webhook's `skipped` says what it was, and why nothing is done. */
export type OtherFact = FactSource & {
  kind: "other";
  name: string;
  reason: string;
};

/** What a fact is called in a webhook's `skipped`. */
export function nameOf(fact: Fact): string {
  return fact.kind === "record" || fact.kind === "other" ? fact.name : fact.kind;
}
