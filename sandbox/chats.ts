import { BoundedMap } from "./bounded_map.ts";
import type { Customer } from "./customers.ts";
import type { MessageStatus } from "./message_status.ts";
import type { BusinessNumber } from "./numbers.ts";
import type { RenderedTemplate } from "./templates.ts";
import { TokenBucket } from "./token_bucket.ts";

/** One message per 6 seconds to the same customer, with a burst of 45. */
const PAIR_PER_SECOND = 1 / 6;
const PAIR_BURST = 45;

/** The thread between one business number and one customer. */
export interface Chat {
  readonly number: BusinessNumber;
  readonly customer: Customer;
  /** The transcript, oldest first: the last `messagesPerChat` of it. */
  readonly messages: Message[];
  readonly pairLimit: TokenBucket;
  /** Until then the business may write freely; 0 when the customer never wrote. */
  windowEndsAt: number;
  /** Whether the business has blocked the customer: what the customer says does not arrive. */
  isBlocked: boolean;
  /** Until then the business shows as typing. */
  typingUntil: number;
  /** Whether the customer accepts marketing messages of this business. */
  allowsMarketing: boolean;
  /** Listeners for changes: the pages that show this chat. */
  readonly watchers: Set<() => void>;
}

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

/** Notifies the pages that show this chat of a change. */
export function announce(chat: Chat): void {
  for (const watcher of chat.watchers) watcher();
}

export class ChatDirectory {
  readonly #chats: BoundedMap<string, Chat>;

  constructor(capacity: number) {
    this.#chats = new BoundedMap(capacity);
  }

  /** The chat of the pair, made if new. */
  open(number: BusinessNumber, customer: Customer): Chat {
    const key = `${number.phoneNumberId}/${customer.key}`;
    return (
      this.#chats.get(key) ??
      this.#chats.set(key, {
        number,
        customer,
        messages: [],
        pairLimit: new TokenBucket(PAIR_PER_SECOND, PAIR_BURST),
        windowEndsAt: 0,
        isBlocked: false,
        typingUntil: 0,
        allowsMarketing: true,
        watchers: new Set(),
      })
    );
  }
}
