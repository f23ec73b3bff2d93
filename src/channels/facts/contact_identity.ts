/** The addresses of one customer, by kind of address; all null when no customer is named. */
export type ContactIdentity = {
  /** E.164, `+` and 7 to 15 digits: the number to answer to. */
  phone: string | null;
  /** The same subscriber's number in another spelling, where the provider uses two (Brazil, Mexico, Argentina). */
  phoneAlias: string | null;
  /** A user id that is valid within one business (`US.1349…`). */
  bsuid: string | null;
  /** Its parent across the portfolios of a business (`US.ENT.1181…`). */
  parentBsuid: string | null;
  /** Any other id of the customer at the provider. */
  external: string | null;
};
