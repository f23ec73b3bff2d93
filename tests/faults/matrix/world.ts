import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import type { CustomerPhone } from "../../../sandbox/customer_phone.ts";
import type { StatusStep } from "../../../sandbox/message_status.ts";
import { type Random, seededRandom } from "../../../sandbox/random.ts";
import { type SandboxServer, startSandboxServer } from "../../../sandbox/server.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { createPool } from "../../../src/database/pool.ts";
import { ECHO_BOT } from "../../support/chatbot_graphs.ts";
import { freePort } from "../../support/killable_process.ts";
import { type ConnectedWorkspace, connectWorkspace, TEST_SECRET_KEY } from "../../support/program.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";
import { DatabasePair } from "./database_pair.ts";
import { Load } from "./load.ts";
import { ParleyProcess } from "./parley_process.ts";
import { Watch } from "./watch.ts";

const CUSTOMERS = 300;
/** Statuses in another order, several times, and before the answer to the send. */
const STATUS_PLANS: readonly (readonly StatusStep[])[] = [
  [
    { status: "sent", afterMs: 0 },
    { status: "delivered", afterMs: 150 },
    { status: "read", afterMs: 400, copies: 2 },
  ],
  [
    { status: "read", afterMs: 0 },
    { status: "sent", afterMs: 200, copies: 3 },
    { status: "delivered", afterMs: 300 },
  ],
  [
    { status: "delivered", afterMs: 50, copies: 2 },
    { status: "sent", afterMs: 60 },
  ],
];

/** The installation that is put to the test: two database servers, an API, two workers, Meta and its customers. */
export type World = {
  seed: number;
  random: Random;
  databases: DatabasePair;
  /** The owner's connections, to whichever server is the primary. */
  pool: pg.Pool;
  sandbox: SandboxServer;
  api: ParleyProcess;
  workers: readonly [ParleyProcess, ParleyProcess];
  /** The environment of its processes. */
  env: NodeJS.ProcessEnv;
  /** Answered by a chatbot. */
  bots: ConnectedWorkspace;
  /** Answered by agents. */
  agents: ConnectedWorkspace;
  phones: readonly CustomerPhone[];
  load: Load;
  watch: Watch;
  close(): Promise<void>;
};

/** Starts one thing after the other; what has been started is closed when the next one fails. */
export async function openWorld(seed: number): Promise<World> {
  const closing = new AsyncDisposableStack();
  try {
    const random = seededRandom(seed);
    const databases = await DatabasePair.open();
    closing.defer(() => databases.release());
    const log = createLog("silent");
    const pool = createPool(databases.readUrl, "faults", readConfig({ NODE_ENV: "test" }), log);
    closing.defer(() => pool.end());
    const sandbox = await startSandboxServer({
      seed,
      enforcesWindow: false,
      delivery: { retryDelaysMs: Array(1_000).fill(500), timeoutMs: 5_000, concurrency: 8, batchSize: 20 },
    });
    closing.defer(() => sandbox.close());
    // Each in a third of the cases: a plan is tried if those before it did not apply.
    for (const [at, plan] of STATUS_PLANS.entries())
      sandbox.planStatuses(plan, { rate: 1 / (STATUS_PLANS.length - at) });

    const home = await mkdtemp(join(tmpdir(), "parley-faults-"));
    closing.defer(() => rm(home, { recursive: true, force: true }));
    const env = await environment(databases, home);
    const api = new ParleyProcess("serve", env);
    const aWorker = async () => new ParleyProcess("work", { ...env, METRICS_PORT: String(await freePort()) });
    const workers = [await aWorker(), await aWorker()] as const;
    const processes = [api, ...workers];
    closing.defer(async () => void (await Promise.all(processes.map((each) => each.end("SIGKILL")))));
    const webhooks = `${api.url}/webhooks/whatsapp`;
    const bots = await connectWorkspace(pool, sandbox, webhooks);
    const agents = await connectWorkspace(pool, sandbox, webhooks);
    await anActiveChatbot(pool, bots.tenantId, ECHO_BOT);
    await Promise.all(processes.map((each) => each.start()));

    const phones = Array.from({ length: CUSTOMERS }, (_, at) =>
      sandbox.customer(
        { phone: `1555800${String(at).padStart(4, "0")}`, name: `Customer ${at}` },
        (at % 2 === 0 ? bots : agents).phoneNumberId,
      ),
    );
    const watch = new Watch(
      api.url,
      processes.map(({ metricsUrl }) => metricsUrl),
    );
    closing.defer(() => watch.close());
    const load = new Load({ phones, tenantId: agents.tenantId, db: pool, random });
    closing.defer(() => load.stop());
    const close = () => closing.disposeAsync();
    return {
      seed,
      random,
      databases,
      pool,
      sandbox,
      api,
      workers,
      env,
      bots,
      agents,
      phones,
      load,
      watch,
      close,
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function environment(databases: DatabasePair, home: string): Promise<NodeJS.ProcessEnv> {
  const { PATH, HOME } = process.env;
  return {
    PATH,
    HOME,
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    PORT: String(await freePort()),
    DATABASE_URL: databases.url,
    PARLEY_SECRET_KEY: TEST_SECRET_KEY,
    JWT_SECRET: "a token secret for tests, long enough",
    MEDIA_STORAGE: join(home, "media"),
    // Processes start often.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "parley-test-cache"),
    // A machine that is busy with other work is no fault.
    DATABASE_CONNECTION_TIMEOUT_MS: "5000",
  };
}
