import { type Command, InvalidArgumentError, Option } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { type ReplayFilter, replayWebhooks } from "../../inbound/replay.ts";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { findChannel } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & {
  id?: string;
  channel?: string;
  status?: NonNullable<ReplayFilter["status"]>;
  since?: Date;
  until?: Date;
  limit?: number;
  all?: true;
};

/** `parley webhook replay`. */
export function webhookReplay(): Command {
  return define(
    "replay",
    "Apply stored webhook bodies again, oldest first; can be repeated safely",
    "parley webhook replay --status failed --since 2026-08-01",
  )
    .option("--id <id>", "only this body", uuid)
    .option("--channel <channel>", "only bodies for this channel: its id, or its phone number id")
    .addOption(
      new Option("--status <status>", "only bodies with this status").choices([
        "failed",
        "unprocessed",
        "processed",
      ]),
    )
    .option(
      "--since <instant>",
      "only bodies received at or after this time, as 2026-08-01 or 2026-08-01T12:00:00Z",
      instant,
    )
    .option("--until <instant>", "only bodies received before this time", instant)
    .option("--limit <count>", "at most this many bodies", count)
    .option("--all", "all stored bodies")
    .action(async (options: Options) => {
      const { id, channel, status, since, until, limit, all } = options;
      if (!all && [id, channel, status, since, until].every((given) => given === undefined)) {
        throw new ParleyError(
          "PYREQ",
          "Select bodies with --id, --channel, --status, --since or --until, or all with --all",
        );
      }
      await onDatabase(async ({ pool, config, log }) => {
        const keyRing = await readKeyRing(config);
        const channelId = channel === undefined ? undefined : await findChannel(pool, channel);
        const filter = withoutUndefined({ id, channelId, status, since, until, limit });
        const result = await replayWebhooks({ pool, keyRing, log }, filter);
        const { replayed, failed, newMessages } = result;
        print(
          options,
          result,
          `Replayed ${replayed}, of which ${failed} failed again; ${newMessages} new messages`,
        );
        if (failed > 0) process.exitCode = 1;
      });
    });
}

function instant(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("It must be a time, such as 2026-08-01T12:00:00Z.");
  return date;
}

function uuid(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new InvalidArgumentError("It must be a UUID.");
  return text;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Not a count.");
  return Number(text);
}

function withoutUndefined(
  filter: { [Key in keyof ReplayFilter]: ReplayFilter[Key] | undefined },
): ReplayFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
