import type pg from "pg";
import type { JsonObject } from "../base/json/json.ts";
import type { OutboundFile } from "../channels/outbound_file.ts";
import type { Failure } from "../channels/outcome.ts";
import type { ChangedTemplate, TemplateChange } from "../channels/templates.ts";
import type { MediaStorage } from "../media/storage.ts";
import type { OutboundChannels } from "../outbox/outbound_channels.ts";
import { outboundFile, type StoredFile } from "../outbox/stored_file.ts";
import { withAccess } from "../outbox/with_access.ts";
import { databaseTime } from "./database_time.ts";
import { describeFailure } from "./describe_failure.ts";
import { exampleMedia } from "./example_media.ts";

/** A row of app_private.begin_template_change(). */
export type DueChange = {
  id: string;
  tenant_id: string;
  kind: TemplateChange["kind"];
  /** Including this one. */
  attempts: number;
  channel_id: string | null;
  channel_kind: string | null;
  provider_template_id: string | null;
  name: string;
  language: string;
  category: string | null;
  new_category: string | null;
  parameter_format: string;
  components: JsonObject[];
  message_ttl: number | null;
};

type Tools = {
  pool: pg.Pool;
  channels: OutboundChannels;
  storage: Pick<MediaStorage, "open">;
  /** The worker stops: the change is left to another one. */
  signal?: AbortSignal;
};

/**
 * Makes a change of a template at the provider, and records its outcome unless it may succeed later.
 * @returns why the change is to be tried again, or null
 */
export async function sendChange(
  change: DueChange,
  isLastAttempt: boolean,
  tools: Tools,
): Promise<string | null> {
  const sentAt = await databaseTime(tools.pool);
  const end = (report: JsonObject | null, code: string | null = null, error: string | null = null) =>
    tools.pool.query("select app_private.end_template_change($1, $2, $3, $4, $5)", [
      change.id,
      sentAt,
      report,
      code,
      error,
    ]);

  if (change.channel_id === null || change.channel_kind === null) {
    await end(null, "PYCHN", "No number of the account is connected");
    return null;
  }
  const files = await filesOf(change, tools);
  if (files === null) {
    await end(null, "PYGON", "The file of an example is not stored");
    return null;
  }
  const channel = { id: change.channel_id, kind: change.channel_kind };
  const outcome = await request(channel, change, files, tools);
  if (outcome.kind === "changed") {
    await end(outcome.report);
    return null;
  }
  const isFinal = outcome.kind === "rejected" || outcome.kind === "channel_stopped";
  if (!isFinal && !isLastAttempt) return describeFailure(outcome);
  await end(null, isFinal ? outcome.code : "PYUNR", describeFailure(outcome));
  return null;
}

function request(
  channel: { id: string; kind: string },
  change: DueChange,
  files: TemplateChange["files"],
  { channels, signal }: Tools,
): Promise<ChangedTemplate | Failure> {
  const { templates } = channels.adapterOf(channel.kind);
  if (templates === undefined) throw new Error(`channels of the kind ${channel.kind} have no templates`);
  const wanted: TemplateChange = {
    kind: change.kind,
    isRepeated: change.attempts > 1,
    providerTemplateId: change.provider_template_id,
    name: change.name,
    language: change.language,
    category: change.category,
    newCategory: change.new_category,
    parameterFormat: change.parameter_format,
    components: change.components,
    messageTtl: change.message_ttl,
    files,
  };
  return withAccess(channels, channel, (access) => templates.change(access, wanted, signal));
}

/** The files of the examples, by their media ids; null if one of them is not stored. */
async function filesOf(
  { tenant_id, kind, components }: DueChange,
  { pool, storage }: Tools,
): Promise<ReadonlyMap<string, OutboundFile> | null> {
  const ids = kind === "create" || kind === "edit" ? [...new Set(exampleMedia(components))] : [];
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<StoredFile & { media_id: string }>(
    "select * from app_private.template_files($1, $2)",
    [tenant_id, ids],
  );
  const files = new Map(rows.map((row) => [row.media_id, outboundFile(storage, row)]));
  return ids.every((id) => files.has(id)) ? files : null;
}
