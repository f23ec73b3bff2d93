/** Where a fact comes from, and whom it is for. */
export type FactSource = {
  /** The provider's word for what the fact is about, for people who look at webhooks. */
  field: string | null;
  /** The provider's id of the account that the fact is for; null where it names none. */
  providerAccountId: string | null;
  /** The provider's id of the number, bot or page in that account. Null: for all of them. */
  providerChannelId: string | null;
};
