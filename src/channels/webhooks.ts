import type { IncomingHttpHeaders } from "node:http";
import type pg from "pg";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Fact, Reading } from "./facts/fact.ts";

/** How a kind of channel receives its provider's webhooks. */
export type Webhooks = {
  /** The provider's part of the address: `/webhooks/<path>/<address>`. */
  readonly path: string;
  /** Reads the facts of a body. Pure; never throws for any bytes; takes linear time. */
  read(body: Uint8Array): Reading;
  /** Opened once for a process. */
  openTrust(context: TrustContext): WebhookTrust;
};

export type TrustContext = { pool: pg.Pool; keyRing: KeyRing };

/** Verifies webhooks. An address is the last part of a path and not trusted. */
export type WebhookTrust = {
  /**
   * The answer to the provider's GET request that verifies an address. Absent if the provider does not send one.
   * @throws WebhookRefusal
   */
  answerChallenge?(address: string, query: { [key: string]: unknown }): Promise<string>;
  /**
   * Refuses requests with invalid headers before the body is read.
   * @throws WebhookRefusal
   */
  checkHeaders(headers: IncomingHttpHeaders): void;
  /**
   * Refuses requests to an unknown address before the body is read.
   * @throws WebhookRefusal
   */
  checkAddress(address: string): Promise<void>;
  /**
   * Verifies the sender of a body. The signature is computed from its raw bytes.
   * @throws WebhookRefusal
   */
  authenticate(address: string, headers: IncomingHttpHeaders, body: Buffer): Promise<WebhookSender>;
  /** The sender of a stored body that is applied again; null when the channel no longer exists. */
  senderOf(channelId: string): Promise<WebhookSender | null>;
};

/** The verified sender of a body. */
export type WebhookSender = {
  /** The channel at whose address the body arrived. */
  channel: ReceivingChannel;
  /** Finds the channels of facts, among those that this sender is authorised for. */
  route(facts: readonly Fact[]): Promise<Routing>;
};

/** A channel that facts are for. */
export type ReceivingChannel = {
  readonly id: string;
  readonly tenantId: string;
  /** The id of its account at the provider, if it belongs to one. */
  readonly providerAccountId: string | null;
};

export type RoutedFact = { fact: Fact; channel: ReceivingChannel };

export type Routing = {
  /** A fact may be for several channels. */
  routed: RoutedFact[];
  /** The facts that are for no channel. */
  skipped: Skipped[];
  /** Why the body must be retried later; null otherwise. */
  error: string | null;
};

/** Why a fact was stored but not applied; `kind` is the fact's name, or `body`. */
export type Skipped = { kind: string; reason: string };
