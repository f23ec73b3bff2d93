import type pg from "pg";
import type { Config } from "../base/config.ts";
import type { JsonObject } from "../base/json/json.ts";
import type { Spool, SpooledFile } from "../media/spool.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { OutboundFile } from "./outbound_file.ts";
import type { Failure, Outcome } from "./outcome.ts";
import type { OutboundTemplates } from "./templates.ts";

/** How a kind of channel sends requests to its provider. Opened once for a process. */
export type Outbound<A extends Access = Access> = {
  /**
   * The access to the provider for a channel; null when it has no credentials. The caller caches it for some seconds.
   * @throws when the database is not available, or a secret cannot be opened
   */
  readAccess(channelId: string): Promise<A | null>;
  /**
   * Sends one message, without retries: only the caller knows the recorded outcomes and may repeat it. Network failures are
   * outcomes, not errors. Logs nothing.
   */
  post(message: OutboundMessage, access: A): Promise<Outcome>;
  /**
   * Shows the customer that a message and all before it were read and, if asked, that an answer is being typed.
   * It can be repeated safely. Absent if the provider does not support it.
   */
  markRead?(
    read: { providerMessageId: string; isTyping: boolean },
    access: A,
  ): Promise<{ kind: "done" } | Failure>;
  /**
   * Asks the provider to block a contact, or to end that. It can be repeated safely. Absent if the provider does not
   * support it.
   */
  setBlocked?(
    block: { address: OutboundMessage["to"]; isBlocked: boolean },
    access: A,
  ): Promise<{ kind: "done" } | Failure>;
  /** Absent if messages of this kind have no files. */
  media?: OutboundMedia<A>;
  /**
   * Reports to the provider of an advertisement what a customer has done whom it had led to the business. A conversion that
   * is reported again counts once. Absent if the provider takes no such reports.
   */
  reportConversion?(conversion: Conversion, access: A): Promise<{ kind: "done" } | Failure>;
  /** Asks the provider until when it accepts the access. Absent if the provider does not say so. */
  readExpiry?(access: A): Promise<AccessExpiry | Failure>;
  /** Absent if this kind has no message templates. */
  templates?: OutboundTemplates<A>;
  /** Waits for requests in progress and refuses new ones. */
  close(): Promise<void>;
};

/** Until when the provider accepts an access; null if it has no end. */
export type AccessExpiry = { kind: "read"; expiresAt: Date | null };

/** What a customer did after an advertisement had led them to write. */
export type Conversion = {
  /** The id of the row, by which the provider recognises a report that it has already. */
  id: string;
  /** The provider's id of the click on the advertisement. */
  clickId: string;
  /** The provider's name for it. */
  eventName: string;
  occurredAt: Date;
  /** `amount` is a decimal number. Null if it is not known. */
  value: { amount: number; currency: string } | null;
};

/** How files are exchanged with the provider. */
type OutboundMedia<A extends Access = Access> = {
  /**
   * Hands a file over to the provider, so that messages can refer to it. It can be repeated safely, even after an
   * `uncertain` failure.
   * @param signal ends the upload earlier: its outcome is then unknown
   * @throws when the file cannot be read
   */
  upload(file: OutboundFile, access: A, signal?: AbortSignal): Promise<UploadedFile | Failure>;
  /**
   * Downloads the file of a received message into the spool, and checks that it is the one that the provider announced.
   * It can be repeated safely. The caller disposes of the file.
   * @param signal ends the download earlier: the provider then counts as unavailable
   * @throws StorageError when the spool cannot be written to
   */
  fetch(
    file: ReceivedFile,
    access: A,
    spool: Spool,
    signal?: AbortSignal,
  ): Promise<FetchedFile | FileProblem | Failure>;
};

/** What a received message says of its file. */
export type ReceivedFile = {
  providerMediaId: string;
  /** Where the file is, while that is known. */
  url: string | null;
  /** As the provider writes it. */
  sha256: string | null;
  /** The largest size, in bytes; null if only the provider's own limit applies. */
  maxBytes: number | null;
};

export type FetchedFile = {
  kind: "fetched";
  file: SpooledFile;
  /** Null if the provider does not say more than the message. */
  mimeType: string | null;
};

/** Why the provider's answer has no usable file. The same request will not succeed. */
export type FileProblem =
  /** The provider does not have it any more. */
  | { kind: "gone" }
  | { kind: "too_large"; maxBytes: number }
  /** It is not what the provider announced. */
  | { kind: "damaged"; reason: string };

export type UploadedFile = {
  kind: "uploaded";
  /** The provider's id of the file, with which messages of the same channel refer to it. */
  providerMediaId: string;
  /** How long the provider keeps the file, in milliseconds. */
  keptForMs: number;
};

/** A channel's opened settings and secrets. Only the adapter uses their details. */
export type Access = {
  /** The token for the provider. A message that was refused for it is retried when it has changed. */
  readonly accessToken: string;
};

/** The part of a message row that sending needs. */
export type OutboundMessage = {
  /** The id of the row. If the provider returns it in statuses, they find the message before the provider's id is known. */
  id: string;
  type: string;
  /** The content of the row: see the comment on `messages.content`. */
  content: JsonObject;
  /** The one address that the message goes to: E.164 with `+`, or a user id. */
  to: { phone: string | null; bsuid: string | null };
  replyToProviderMessageId: string | null;
  /** The number of attempts, including this one. */
  attempts: number;
};

/** What an adapter needs for opening. */
export type OutboundContext = { pool: pg.Pool; keyRing: KeyRing; config: Config };
