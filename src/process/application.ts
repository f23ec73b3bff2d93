import { createSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { migrate } from "../database/migrate.ts";
import { createPool } from "../database/pool.ts";
import { requireOwnSessions } from "../database/pooler.ts";
import { requireCurrentSchema } from "../database/schema_state.ts";
import { ensureDemo } from "../demo/demo.ts";
import { registerSandboxChannels } from "../demo/sandbox_channels.ts";
import { registerSandboxTemplates } from "../demo/sandbox_templates.ts";
import type { SignIn } from "../demo/sign_ins.ts";
import { type RunningServer, SANDBOX_GRAPH_PATH } from "../http/server.ts";
import { startApi } from "./api.ts";
import { startMonitoring } from "./monitoring.ts";
import { openResources, type ProcessResources } from "./resources.ts";
import { startTracing } from "./tracing.ts";
import { startWorker, type Worker } from "./worker.ts";

/** What one process runs. */
export type Parts = {
  /** Migrates the schema first; otherwise it has to be current. */
  migrates: boolean;
  api: boolean;
  worker: boolean;
};

export type Application = {
  /** The API's address on this machine; undefined without an API. */
  url: string | undefined;
  /** Where metrics are served on this machine, if METRICS_PORT is set. */
  metricsUrl: string | undefined;
  hasSandbox: boolean;
  /** The sign-ins of the demo; empty without a demo. */
  signIns: readonly SignIn[];
  /** Stops accepting requests, finishes work in progress, and closes the database connections. Never throws. */
  close(): Promise<void>;
};

/**
 * Starts one process of Parley. With the embedded server, which is not for production, it also starts the sandbox that
 * plays the customers, and creates a demo tenant at the first start.
 */
export async function startApplication(parts: Parts, config: Config, log: Log): Promise<Application> {
  const resources = await openResources(config, log);
  const { closing, deadline } = resources;
  const close = async () => {
    deadline.begin();
    await closing.disposeAsync().catch((err: unknown) => log.error({ err }, "a part failed to close"));
  };
  try {
    if (!resources.owner.isEmbedded) await requireOwnSessions(resources.owner.url);
    if (parts.migrates) await migrate(resources.owner.url, log);
    else await requireSchema(resources);
    const hasSandbox =
      parts.api && parts.worker && resources.owner.isEmbedded && config.NODE_ENV !== "production";
    const sandbox = hasSandbox ? createDemoSandbox(log) : undefined;
    // In one process the worker is notified of webhooks by a function call, which saves their jobs.
    let worker: Worker | undefined;
    const wakeWorker = parts.worker ? () => worker?.wakeWorker() : undefined;
    await startTracing(resources);
    const monitoring = await startMonitoring(resources);
    const server = parts.api ? await startApi(resources, monitoring, sandbox, wakeWorker) : undefined;
    const signIns = server && sandbox ? await startDemo(resources, server, sandbox) : [];
    if (parts.worker) {
      const started = await startWorker({ ...resources, ownerUrl: resources.owner.url });
      worker = started;
      closing.defer(() => started.stop(deadline.leftMs));
    }
    // The port is closed first. Requests in progress then finish at the same time as the worker's work.
    if (server)
      closing.defer(() => {
        server.stopAccepting();
        void server.drain(deadline.leftMs);
      });
    const urls = { url: server?.url, metricsUrl: monitoring.url };
    log.info({ ...urls, isWorker: parts.worker }, "started");
    return { ...urls, hasSandbox, signIns, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function requireSchema({ owner, config, log }: ProcessResources): Promise<void> {
  const pool = createPool(owner.url, "start", { ...config, DATABASE_POOL_SIZE: 2 }, log);
  await requireCurrentSchema(pool).finally(() => pool.end());
}

function createDemoSandbox(log: Log): Sandbox {
  // The sandbox forgets everything with the process, the database does not: windows that are open there must be open
  // here, and a customer who had no user id must not get one.
  return createSandbox({
    log: log.child({ source: "sandbox" }),
    enforcesWindow: false,
    assignsUserIds: false,
  });
}

async function startDemo(
  { owner, config, log, keyRing, closing }: ProcessResources,
  { url }: RunningServer,
  sandbox: Sandbox,
): Promise<readonly SignIn[]> {
  closing.defer(() => sandbox.close());
  const pool = createPool(owner.url, "demo", { ...config, DATABASE_POOL_SIZE: 2 }, log);
  try {
    const signIns = await ensureDemo(pool, config, `${url}${SANDBOX_GRAPH_PATH}`, keyRing);
    await registerSandboxChannels(pool, sandbox, url, keyRing, log);
    await registerSandboxTemplates(pool, sandbox, url, log);
    return signIns;
  } finally {
    await pool.end();
  }
}
