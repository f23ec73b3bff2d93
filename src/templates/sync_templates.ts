import type pg from "pg";
import type { Failure } from "../channels/outcome.ts";
import type { ListedTemplates } from "../channels/templates.ts";
import type { OutboundChannels } from "../outbox/outbound_channels.ts";
import { withAccess } from "../outbox/with_access.ts";
import { databaseTime } from "./database_time.ts";
import { describeFailure } from "./describe_failure.ts";

/** An account whose templates are read, with one of its channels, which has access to it. */
type TemplateAccount = {
  tenant_id: string;
  business_account_id: string;
  channel_id: string;
  kind: string;
};

type SyncResult =
  | {
      kind: "done";
      /** How many templates the account has. */
      templates: number;
      /** How many are not in the provider's list any more. */
      deleted: number;
    }
  | { kind: "failed"; failure: Failure; problem: string };

type Tools = { pool: pg.Pool; channels: OutboundChannels };

/** One channel of each account of a tenant, or of the account of a channel. */
export async function templateAccounts(
  pool: pg.Pool,
  of: { tenantId?: string; channelId?: string },
): Promise<TemplateAccount[]> {
  const { rows } = await pool.query<TemplateAccount>("select * from app_private.template_accounts($1, $2)", [
    of.tenantId ?? null,
    of.channelId ?? null,
  ]);
  return rows;
}

/** Reads the provider's list of an account's templates and stores it. Can be repeated safely. */
export async function syncTemplates(account: TemplateAccount, tools: Tools): Promise<SyncResult> {
  const startedAt = await databaseTime(tools.pool);
  const read = await readAllPages(account, tools);
  const problem = typeof read === "number" ? null : describeFailure(read);
  const { rows } = await tools.pool.query("select app_private.end_template_list($1, $2, $3, $4) as deleted", [
    account.tenant_id,
    account.business_account_id,
    startedAt,
    problem,
  ]);
  if (typeof read === "number") return { kind: "done", templates: read, deleted: rows[0].deleted };
  return { kind: "failed", failure: read, problem: describeFailure(read) };
}

/** A list that changes while it is read may break a cursor: it is then read from its start. */
const ATTEMPTS = 4;

/** Returns the number of templates. */
async function readAllPages(account: TemplateAccount, tools: Tools): Promise<number | Failure> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const read = await readPages(account, tools);
    if (read !== "bad_cursor") return read;
  }
  return { kind: "unavailable", reason: "bad cursor" };
}

async function readPages(
  account: TemplateAccount,
  { pool, channels }: Tools,
): Promise<number | "bad_cursor" | Failure> {
  const channel = { kind: account.kind, id: account.channel_id };
  const { templates } = channels.adapterOf(account.kind);
  if (templates === undefined) return 0;
  let count = 0;
  let cursor: string | null = null;
  do {
    const after: string | null = cursor;
    const readAt = await databaseTime(pool);
    const page: ListedTemplates = await withAccess(channels, channel, (access) =>
      templates.list(access, after),
    );
    if (page.kind === "bad_cursor") return "bad_cursor";
    if (page.kind !== "page") return page;
    await pool.query("select app_private.apply_template_list($1, $2, $3, $4)", [
      account.tenant_id,
      account.business_account_id,
      JSON.stringify(page.templates),
      readAt,
    ]);
    count += page.templates.length;
    cursor = page.next;
  } while (cursor !== null);
  return count;
}
