import type pg from "pg";
import type { Config } from "../base/config.ts";
import type { JsonObject } from "../base/json/json.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Failure, Outcome } from "./outcome.ts";

/** How a kind of channel speaks to its provider. Opened once for a process. */
export type Outbound<A extends Access = Access> = {
  /**
   * How to speak for a channel; null when it has no credentials. The caller remembers it for some seconds.
   * @throws when the database cannot be asked, or a secret cannot be opened
   */
  readAccess(channelId: string): Promise<A | null>;
  /**
   * Sends one message, once: only the caller, who knows what was recorded, may repeat it. Failures of the network are
   * outcomes, not errors. Logs nothing.
   */
  post(message: OutboundMessage, access: A): Promise<Outcome>;
  /**
   * Shows the customer that a message and all before it were read and, if asked, that an answer is being typed.
   * Harmless to repeat. Absent where the provider has no such thing.
   */
  markRead?(
    read: { providerMessageId: string; isTyping: boolean },
    access: A,
  ): Promise<{ kind: "done" } | Failure>;
  /** Lets requests under way end, refuses new ones. */
  close(): Promise<void>;
};

/** What an adapter has opened of a channel and its secrets; only the adapter looks further into it. */
export type Access = {
  /** What the provider knows us by. A message that was refused is tried again with another one. */
  readonly accessToken: string;
};

/** A message row, as far as sending it needs. */
export type OutboundMessage = {
  /** Ours. Where the provider gives it back in statuses, they find the message before its own id is known. */
  id: string;
  type: string;
  /** The content of the row: see the comment on `messages.content`. */
  content: JsonObject;
  /** The one address that the message goes to: E.164 with `+`, or a user id. */
  to: { phone: string | null; bsuid: string | null };
  replyToProviderMessageId: string | null;
  /** How often it was claimed, counting this time. */
  attempts: number;
};

/** What an adapter is opened with. */
export type OutboundContext = { pool: pg.Pool; keyRing: KeyRing; config: Config };
