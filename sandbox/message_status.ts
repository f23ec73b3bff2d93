/** What the sandbox reports of a message. `accepted` is never reported: it is the answer to the send. */
export type MessageStatus = "accepted" | "sent" | "delivered" | "read" | "played" | "failed";

const RANK: Record<MessageStatus, number> = {
  accepted: 0,
  sent: 1,
  failed: 2,
  delivered: 3,
  read: 4,
  played: 5,
};

/** Whether `next` is further than `current`. `failed` beats accepted and sent, and loses to the rest. */
export function isForward(current: MessageStatus, next: MessageStatus): boolean {
  return RANK[next] > RANK[current];
}

export type ReportedStatus = Exclude<MessageStatus, "accepted">;

/** One status of a message, in a plan. */
export interface StatusStep {
  status: ReportedStatus;
  /** How long after the message was accepted, in milliseconds. */
  afterMs: number;
  /** How often it is reported; defaults to 1. */
  copies?: number | undefined;
  /** With `failed`: a Graph API error code; defaults to 131026 (undeliverable). */
  errorCode?: number | undefined;
  /** What exactly is wrong; defaults to the title of the code. */
  errorDetails?: string | undefined;
}

/**
 * The statuses of a message, step by step: any order, with copies, late, or with steps (all of them, too) missing.
 * `read` is not in it: that is the customer's doing.
 */
export const DEFAULT_STATUSES: readonly StatusStep[] = [
  { status: "sent", afterMs: 20 },
  { status: "delivered", afterMs: 60 },
];
