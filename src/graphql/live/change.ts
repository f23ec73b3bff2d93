/** What is reported: the names of the fields of Subscription. */
export type LiveEvent =
  | "messageAdded"
  | "messageChanged"
  | "messageStatusChanged"
  | "conversationChanged"
  | "contactChanged"
  | "tagChanged"
  | "channelChanged"
  | "importChanged"
  | "templateChanged"
  | "campaignChanged"
  | "mentionChanged"
  | "presenceChanged"
  | "objectDeleted";

/** A row of a tenant is new, has changed or was deleted. */
export type Change = {
  event: LiveEvent;
  tenantId: string;
  /** The id of the row; of a status: of its message. */
  id: string;
  /**
   * The id to which a subscription may be restricted by its argument: of a message, its conversation; of a
   * mention, its user.
   */
  scopeId: string;
  /** Of a deleted row: its GraphQL type. */
  typeName?: string;
};
