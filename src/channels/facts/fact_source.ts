/** The origin of a fact, and the channels that it is for. */
export type FactSource = {
  /** The provider's name of the fact's subject, for people who inspect webhooks. */
  field: string | null;
  /** The provider's id of the account that the fact is for; null where it names none. */
  providerAccountId: string | null;
  /** The provider's id of the number, bot or page in that account. Null: for all of them. */
  providerChannelId: string | null;
};
