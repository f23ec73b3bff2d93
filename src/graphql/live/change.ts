/** What kind of row changed. */
export type ChangeKind = "message" | "messageChange" | "status" | "conversation";

/** A notification that a row of a tenant is new or has changed. */
export type Change = {
  kind: ChangeKind;
  tenantId: string;
  conversationId: string;
  /** The id of the message (also for its changes and its status), or of the conversation. */
  id: string;
};
