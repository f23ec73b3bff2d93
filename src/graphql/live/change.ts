/** What kind of row changed. */
export type ChangeKind = "message" | "status" | "conversation";

/** That a row of a tenant is new or has changed. */
export type Change = {
  kind: ChangeKind;
  tenantId: string;
  conversationId: string;
  /** Of the message (for its status too), or of the conversation. */
  id: string;
};
