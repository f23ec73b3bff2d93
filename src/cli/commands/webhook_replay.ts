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
    "Apply stored webhook bodies again, oldest first; harmless to repeat",
    "parley webhook replay --status failed --since 2026-08-01",
  )
    .option("--id <id>", "this one", uuid)
    .option("--channel <channel>", "of this channel: its id, or its phone number id")
    .addOption(
      new Option("--status <status>", "as it stands now").choices(["failed", "unprocessed", "processed"]),
    )
    .option("--since <instant>", "received at or after, as 2026-08-01 or 2026-08-01T12:00:00Z", instant)
    .option("--until <instant>", "received before", instant)
    .option("--limit <count>", "this many at the most", count)
    .option("--all", "everything that is stored")
    .action(async (options: Options) => {
      const { id, channel, status, since, until, limit, all } = options;
      if (!all && [id, channel, status, since, until].every((given) => given === undefined)) {
        throw new ParleyError("PYREQ", "Say which: --id, --channel, --status, --since or --until; or --all");
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
    throw new InvalidArgumentError("Not an instant.");
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
