import type { ContactIdentity } from "./contact_identity.ts";
import type { FactSource } from "./fact_source.ts";

/** A customer is reachable under other addresses from now on. */
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
  occurredAt: number | null;
};

/** An entry of the business's address book: they come by the thousand. */
export type ContactSyncFact = FactSource & {
  kind: "contact_sync";
  contact: ContactIdentity;
  username: string | null;
  /** What the business calls the customer. */
  name: string | null;
  occurredAt: number | null;
};

/** A customer's call, answered or not: it opens the window. */
export type CallFact = FactSource & {
  kind: "call";
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
  occurredAt: number | null;
};
