import { type FetchProblem, fetchProblemOf } from "../src/channels/fetch_problem.ts";
import type { FetchedFile, FileProblem } from "../src/channels/outbound.ts";
import type { Failure } from "../src/channels/outcome.ts";
import type { Task } from "../src/jobs/tasks.ts";
import { StorageError } from "../src/media/storage_error.ts";
import { storeFile } from "../src/media/store_file.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

type Tools = Pick<WorkerContext, "pool" | "channels" | "media" | "log">;

/** A received file, claimed for one attempt: what claim_media() returns. */
type Claim = {
  media_id: string;
  tenant_id: string;
  attempt: number;
  channel_kind: string;
  channel_id: string;
  provider_media_id: string;
  url: string | null;
  announced_sha256: string | null;
  max_size: number | null;
};

/** How long after a worker's death another one may fetch its file. */
const LEASE = "1 minute";
const RENEW_MS = 20_000;

/**
 * Fetches the file of a received message from its provider and stores it, and then those of the tenant's messages that
 * have arrived in the meantime, so that a burst of files does not need a slot for each job. The row says what to fetch and
 * how it went: a temporary problem is recorded there, in one transaction with the job of the next attempt.
 */
export default ({ slots, ...tools }: Tools & Pick<WorkerContext, "slots">): Task<"fetch_media"> =>
  async ({ mediaId }, helpers) => {
    const signal = helpers.abortSignal;
    const { rows } = await tools.pool.query<{ tenant_id: string; is_retry: boolean }>(
      "select tenant_id, state = 'pending' and attempts > 0 as is_retry from app_public.media where id = $1",
      [mediaId],
    );
    if (!rows[0]) return;
    const { tenant_id: tenantId, is_retry: isRetry } = rows[0];
    const fetchNew = async () => {
      while (!signal?.aborted && (await fetchClaimed(await claimNew(tenantId, tools), tools, signal)));
    };
    // Even if the file has been fetched: the job may run again, because its worker died with others in hand.
    if (!isRetry) return slots.drain("fetch_media", tenantId, helpers, fetchNew);
    await slots.run("fetch_media", tenantId, helpers, async () => {
      await fetchClaimed(await claim(mediaId, tools), tools, signal);
      await fetchNew();
    });
  };

async function claim(mediaId: string, { pool }: Tools): Promise<Claim | undefined> {
  const { rows } = await pool.query("select * from app_private.claim_media($1, $2)", [mediaId, LEASE]);
  return rows[0];
}

/** Claims a file of the tenant that no attempt was made for yet. */
async function claimNew(tenantId: string, { pool }: Tools): Promise<Claim | undefined> {
  const { rows } = await pool.query("select * from app_private.claim_new_media($1, $2)", [tenantId, LEASE]);
  return rows[0];
}

/**
 * Fetches and stores a file; false if none was claimed.
 * @param signal the worker stops: the file is left to another one
 */
async function fetchClaimed(
  claimed: Claim | undefined,
  tools: Tools,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (claimed === undefined) return false;
  const lease = keepLease(claimed, tools);
  try {
    const problem = await fetchAndStore(claimed, tools, signal);
    if (problem) await recordProblem(claimed, problem, tools);
  } finally {
    clearInterval(lease);
  }
  return true;
}

function keepLease({ media_id, attempt }: Claim, { pool, log }: Tools): NodeJS.Timeout {
  return setInterval(() => {
    pool
      .query("select app_private.renew_media_lease($1, $2, $3)", [media_id, attempt, LEASE])
      .catch((err: unknown) => log.debug({ err }, "lease of a file could not be renewed"));
  }, RENEW_MS).unref();
}

async function fetchAndStore(
  claim: Claim,
  tools: Tools,
  signal: AbortSignal | undefined,
): Promise<FetchProblem | null> {
  const { pool, media, log } = tools;
  try {
    const outcome = await fetchFile(claim, tools, signal);
    if (outcome.kind !== "fetched") return fetchProblemOf(outcome);
    await using file = outcome.file;
    // Not the type that the sender has claimed: files are served by Parley, and harmless to those who open the storage.
    const newFile = { tenantId: claim.tenant_id, file, contentType: "application/octet-stream" };
    await storeFile(pool, media.storage, newFile, async (storageKey) => {
      const { rows } = await pool.query(
        "select app_private.record_fetched_media($1, $2, $3, $4, $5, $6) as is_recorded",
        [claim.media_id, claim.attempt, file.sha256, file.size, outcome.mimeType, storageKey],
      );
      return rows[0].is_recorded;
    });
    return null;
  } catch (error) {
    log.error({ err: error, mediaId: claim.media_id }, "a received file could not be stored; will retry");
    const code = error instanceof StorageError ? error.code : "PYINT";
    return { state: "pending", code, text: "The file could not be stored", retryAfterMs: null };
  }
}

async function fetchFile(
  claim: Claim,
  { channels, media }: Tools,
  signal: AbortSignal | undefined,
): Promise<FetchedFile | FileProblem | Failure> {
  const channel = { kind: claim.channel_kind, id: claim.channel_id };
  const adapter = channels.adapterOf(channel.kind).media;
  const access = await channels.accessTo(channel);
  if (!adapter || !access) return { kind: "unavailable", reason: "the channel has no credentials" };
  const file = {
    providerMediaId: claim.provider_media_id,
    url: claim.url,
    sha256: claim.announced_sha256,
    maxBytes: claim.max_size,
  };
  return adapter.fetch(file, access, media.spool, signal);
}

async function recordProblem(claim: Claim, problem: FetchProblem, { pool, log }: Tools): Promise<void> {
  const { state, code, text, retryAfterMs } = problem;
  log.info({ mediaId: claim.media_id, state, code }, "a received file was not fetched");
  await pool.query(
    "select app_private.record_fetch_failure($1, $2, $3, $4, $5, $6 * interval '1 millisecond')",
    [claim.media_id, claim.attempt, state, code, text, retryAfterMs],
  );
}
