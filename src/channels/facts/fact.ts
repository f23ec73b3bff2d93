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
 * The facts that a provider's body contains, each about one row of the database.
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

/** `facts` is never empty: an empty body becomes an `other` fact. */
export type Reading =
  | { kind: "read"; facts: Fact[] }
  /** `reason` contains no data of the body. */
  | { kind: "unreadable"; reason: string };

/** A change of the channel, or of something specific to its kind, such as a template. */
type RecordFact = FactSource & {
  kind: "record";
  /** The name of the change for people: `template_update`. */
  name: string;
  /**
   * The function of app_private that applies it. Its one argument is `change` with `tenant_id`, `business_account_id`
   * and `heard_at`; it returns whether it found what has changed.
   */
  apply: string;
  change: { [key: string]: unknown };
  occurredAt: number | null;
};

/** A part of a body that is stored but not applied: the `skipped` of the webhook contains its name and the reason. */
export type OtherFact = FactSource & {
  kind: "other";
  name: string;
  reason: string;
};

/** The name of a fact in the `skipped` of a webhook. */
export function nameOf(fact: Fact): string {
  return fact.kind === "record" || fact.kind === "other" ? fact.name : fact.kind;
}
