import type pg from "pg";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import type { SlowSlots } from "../jobs/slow_slots.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { MediaFiles } from "../media/media_files.ts";
import type { OutboundChannels } from "../outbox/outbound_channels.ts";
import type { Sender } from "../outbox/sender.ts";
import type { CampaignFeeder } from "../outreach/campaign_feeder.ts";
import type { TurnTaker } from "../runner/turn_taker.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

/** What tasks work with: created once in a worker process and passed to the default export of each task. */
export type WorkerContext = {
  config: Config;
  log: Log;
  /** Connections as the owner. */
  pool: pg.Pool;
  keyRing: KeyRing;
  media: MediaFiles;
  /** Null if no mail server is configured. */
  mailer: Mailer | null;
  /** For addresses that customers configure. */
  guarded: GuardedFetch;
  /** For the few addresses that the operator configured; these may be private. */
  trusted: GuardedFetch;
  /** The clients of the channels' providers. */
  channels: OutboundChannels;
  sender: Pick<Sender, "drain">;
  turns: Pick<TurnTaker, "drain">;
  feeder: Pick<CampaignFeeder, "drain">;
  slots: SlowSlots;
};
