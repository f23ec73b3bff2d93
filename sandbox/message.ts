import type { Chat } from "./chats.ts";
import type { RenderedTemplate } from "./templates.ts";

/** What the sandbox reports of a message. `accepted` is never reported: it is the answer to the send. */
export type MessageStatus = "accepted" | "sent" | "delivered" | "read" | "played" | "failed";

/** One thing said in a chat, by either side. */
export interface Message {
  readonly wamid: string;
  readonly chat: Chat;
  readonly from: "business" | "customer";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The Graph API's type: `text`, `interactive`, … */
  readonly type: string;
  /** The Graph API's own object of that type. */
  content: unknown;
  /** The wamid of the message this one answers. */
  readonly replyTo: string | undefined;
  /** `biz_opaque_callback_data` of the send. */
  readonly callbackData: string | undefined;
  /** What a template looks like with its parameters filled in. */
  readonly rendered: RenderedTemplate | undefined;
  /**
   * The furthest it came, so that it only moves forward. Of a customer's message: `sent`, `delivered` once the
   * webhook was answered 200, then `read`. */
  status: MessageStatus;
  /** Why it failed: a Graph API error code. */
  errorCode: number | undefined;
  /** Every status reported for it, in the order of reporting. */
  readonly reported: MessageStatus[];
  /** The emoji each side put on it. */
  readonly reactions: { business?: string; customer?: string };
  isEdited: boolean;
  isRevoked: boolean;
}

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
