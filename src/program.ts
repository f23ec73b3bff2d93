import type pg from "pg";
import type { Config } from "./config.ts";
import type { GuardedFetch } from "./http/guarded_fetch.ts";
import type { Log } from "./log.ts";
import type { ChannelAccess } from "./outbox/channel_access.ts";
import type { Sender } from "./outbox/sender.ts";
import type { KeyRing } from "./secrets/key_ring.ts";
import type { SlowSlots } from "./slow_slots.ts";
import type { TurnTaker } from "./turns/take_turns.ts";
import type { GraphClient } from "./whatsapp/graph_client.ts";

/** What tasks work with: made once for a worker process, passed to each task's default export. */
export type Program = {
  config: Config;
  log: Log;
  /** Connections as the owner. */
  pool: pg.Pool;
  keyRing: KeyRing;
  graph: GraphClient;
  /** For addresses that customers configure. */
  guarded: GuardedFetch;
  /** For the few addresses that the operator configured; these may be private. */
  trusted: GuardedFetch;
  access: ChannelAccess;
  sender: Sender;
  turns: TurnTaker;
  slots: SlowSlots;
};
