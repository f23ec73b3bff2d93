import type { Command } from "commander";
import { readOperationsStatus, readWaitingChannels } from "../../database/operations_status.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { table, tableOf } from "../table.ts";

/** `parley stats`. */
export function stats(): Command {
  return define(
    "stats",
    "Show figures: rows by tenant, outbox, jobs, workers, channels with messages waiting",
    "parley stats",
  ).action((options: CommonOptions) =>
    onDatabase(async ({ pool }) => {
      const [operations, channels, { rows: tenants }] = await Promise.all([
        readOperationsStatus(pool),
        readWaitingChannels(pool),
        pool.query<Record<string, unknown>>("select * from app_private.tenant_stats()"),
      ]);
      const figures = Object.entries(operations).map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        Array.isArray(value) ? value.join(", ") || "none" : String(Math.round(Number(value))),
      ]);
      const waiting = channels.map(({ phoneNumberId, tenant, reason, messages, waitingSince }) => ({
        ...{ "waiting channel": phoneNumberId, tenant, reason, messages, since: waitingSince },
      }));
      const text = [
        tableOf(tenants, "There is no tenant yet"),
        table(["operations", ""], figures),
        tableOf(waiting, "No channel has messages waiting"),
      ].join("\n\n");
      print(options, { tenants, operations, channels }, text);
    }),
  );
}
