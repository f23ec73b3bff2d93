import { bulk } from "./cases/bulk.ts";
import { campaign } from "./cases/campaign.ts";
import { controls } from "./cases/controls.ts";
import { finding } from "./cases/finding.ts";
import { growth } from "./cases/growth.ts";
import { imports } from "./cases/import.ts";
import { inbound } from "./cases/inbound.ts";
import { inbox } from "./cases/inbox.ts";
import { live } from "./cases/live.ts";
import type { Case } from "./cases/measured.ts";
import { media } from "./cases/media.ts";
import { memoryAfter, memoryIdle } from "./cases/memory.ts";
import { retention } from "./cases/retention.ts";
import { roundTrip } from "./cases/round_trip.ts";
import { size } from "./cases/size.ts";
import { start } from "./cases/start.ts";
import { statuses } from "./cases/statuses.ts";
import { tier } from "./cases/tier.ts";
import { turns } from "./cases/turns.ts";

/** In the order in which they run: what restarts Parley comes before the load or after the last look at its memory. */
export const CASES: readonly Case[] = [
  start,
  memoryIdle,
  controls,
  inbound,
  statuses,
  roundTrip,
  bulk,
  campaign,
  inbox,
  live,
  tier,
  memoryAfter,
  media,
  imports,
  turns,
  retention,
  growth,
  finding,
  size,
];
