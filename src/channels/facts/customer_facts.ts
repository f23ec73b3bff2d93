import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** A customer has new addresses. */
export type IdentityChangeFact = FactSource & {
  kind: "identity_change";
  before: ContactIdentity;
  after: ContactIdentity;
  occurredAt: number | null;
};

/** A customer wants, or no longer wants, marketing messages. */
export type MarketingPreferenceFact = FactSource & {
  kind: "marketing_preference";
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
  allowsMarketing: boolean;
  /** The provider's own words. */
  evidence: string | null;
  occurredAt: number | null;
};

/** An entry of the business's address book. Thousands may arrive at once. */
export type ContactSyncFact = FactSource & {
  kind: "contact_sync";
  contact: ContactIdentity;
  username: string | null;
  /** The customer's name in the address book. */
  name: string | null;
  occurredAt: number | null;
};

/** A voice call of a customer, answered or not: it opens the window. */
export type CallFact = FactSource & {
  kind: "call";
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
  occurredAt: number | null;
};
