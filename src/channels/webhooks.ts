import type { IncomingHttpHeaders } from "node:http";
import type pg from "pg";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Fact, Reading } from "./facts/fact.ts";

/** How a kind of channel takes what its provider posts to us. */
export type Webhooks = {
  /** The provider's part of the address: `/webhooks/<path>/<address>`. */
  readonly path: string;
  /** Takes a body apart. Pure; never throws, whatever the bytes; takes time in proportion to them. */
  read(body: Uint8Array): Reading;
  /** Opened once for a process. */
  openTrust(context: TrustContext): WebhookTrust;
};

export type TrustContext = { pool: pg.Pool; keyRing: KeyRing };

/** Who may post what. An address is the last part of a path: it comes from strangers. */
export type WebhookTrust = {
  /**
   * What the provider wants to hear before it trusts an address, asked by GET. Absent where it does not ask.
   * @throws WebhookRefusal
   */
  answerChallenge?(address: string, query: { [key: string]: unknown }): Promise<string>;
  /**
   * Refuses what cannot be right before its body is read.
   * @throws WebhookRefusal
   */
  checkHeaders(headers: IncomingHttpHeaders): void;
  /**
   * Refuses an address that leads nowhere before its body is read.
   * @throws WebhookRefusal
   */
  checkAddress(address: string): Promise<void>;
  /**
   * Who sent a body: the signature is about its raw bytes.
   * @throws WebhookRefusal
   */
  authenticate(address: string, headers: IncomingHttpHeaders, body: Buffer): Promise<WebhookSender>;
  /** The sender of a stored body that is applied again; null when the channel is gone. */
  senderOf(channelId: string): Promise<WebhookSender | null>;
};

/** Who has proven to be the sender of a body. */
export type WebhookSender = {
  /** Where the body came in. */
  channel: ReceivingChannel;
  /** Finds the channels that facts are for, among those that this sender may speak for. */
  route(facts: readonly Fact[]): Promise<Routing>;
};

/** A channel that facts are for. */
export type ReceivingChannel = {
  readonly id: string;
  readonly tenantId: string;
  /** Of the account that it belongs to, where it belongs to one. */
  readonly providerAccountId: string | null;
};

export type RoutedFact = { fact: Fact; channel: ReceivingChannel };

export type Routing = {
  /** A fact may be for several channels. */
  routed: RoutedFact[];
  /** The facts that are for no channel. */
  skipped: Skipped[];
  /** Why the body is to be tried again later; null when it need not be. */
  error: string | null;
};

/** Why something was kept without effect; `kind` is the fact's name, or `body`. */
export type Skipped = { kind: string; reason: string };
