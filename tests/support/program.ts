import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import type pg from "pg";
import type { SandboxOptions } from "../../sandbox/options.ts";
import { type SandboxServer, startSandboxServer } from "../../sandbox/server.ts";
import { type Config, readConfig } from "../../src/base/config.ts";
import { createLog, type Log } from "../../src/base/log.ts";
import { createPool } from "../../src/database/pool.ts";
import { createWebhookReceiver } from "../../src/inbound/receiver.ts";
import { startWorker } from "../../src/process/worker.ts";
import { sealChannelSecrets } from "../../src/secrets/channel_secrets.ts";
import { type KeyRing, keyRing } from "../../src/secrets/key_ring.ts";
import type { TestDatabase } from "./database.ts";
import { aWorkspace, type Workspace } from "./people.ts";

/** The receiver and the worker on a test's database, with the sandbox for Meta: everything but the API. */
export type TestProgram = {
  config: Config;
  log: Log;
  ring: KeyRing;
  /** Of the receiver: webhooks are posted to `<url>/webhooks/whatsapp/<channel id>`. */
  url: string;
  sandbox: SandboxServer;
  /** A workspace whose number the sandbox plays. */
  connectedWorkspace(): Promise<ConnectedWorkspace>;
  stop(): Promise<void>;
};

export type ConnectedWorkspace = Workspace & { accessToken: string; appSecret: string; verifyToken: string };

/** One for the process: deriving the key takes a tenth of a second. */
export const TEST_SECRET_KEY = "a secret key for tests, long enough";
export const testKeyRing: KeyRing = keyRing([TEST_SECRET_KEY]);

export async function startProgram(
  database: TestDatabase,
  {
    withWorker = true,
    sandbox: sandboxOptions = {},
    log = createLog(process.env.LOG_LEVEL ?? "silent"),
    env = {},
    isolationMs,
    onPool = () => {},
  }: {
    withWorker?: boolean;
    sandbox?: SandboxOptions;
    log?: Log;
    env?: NodeJS.ProcessEnv;
    isolationMs?: number;
    /** Is given the receiver's pool before its first use. */
    onPool?: (pool: pg.Pool) => void;
  } = {},
): Promise<TestProgram> {
  const folder = await mkdtemp(join(tmpdir(), "parley-media-"));
  const config = readConfig({ NODE_ENV: "test", MEDIA_STORAGE: folder, ...env });
  const pool = createPool(database.ownerUrl, "webhooks", config, log);
  onPool(pool);
  const receiver = createWebhookReceiver({
    pool,
    keyRing: testKeyRing,
    log,
    ...(isolationMs && { isolationMs }),
  });
  const app = express();
  app.use("/webhooks", receiver.router);
  const server = createServer(app);
  await listening(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sandbox = await startSandboxServer({ port: 0, seed: 1, ...sandboxOptions });
  const worker = withWorker
    ? await startWorker({ ownerUrl: database.ownerUrl, keyRing: testKeyRing, config, log })
    : null;

  return {
    config,
    log,
    ring: testKeyRing,
    url,
    sandbox,
    connectedWorkspace: () => connectWorkspace(database.pool, sandbox, `${url}/webhooks/whatsapp`),
    async stop() {
      await sandbox.close();
      server.close();
      server.closeAllConnections();
      await receiver.close();
      await worker?.stop();
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A workspace whose number the sandbox plays. Its webhooks go to `<webhooksUrl>/<channel id>`. */
export async function connectWorkspace(
  db: Pick<pg.ClientBase, "query">,
  sandbox: SandboxServer,
  webhooksUrl: string,
): Promise<ConnectedWorkspace> {
  const workspace = await aWorkspace(db);
  const secrets = {
    accessToken: `token-${workspace.slug}`,
    appSecret: `secret-${workspace.slug}`,
    verifyToken: `verify-${workspace.slug}`,
  };
  await db.query("select app_private.set_channel_secrets($1, $2)", [
    workspace.channelId,
    JSON.stringify(sealChannelSecrets(workspace.channelId, secrets, testKeyRing)),
  ]);
  await db.query("update app_public.whatsapp_channels set graph_url = $2 where channel_id = $1", [
    workspace.channelId,
    sandbox.url,
  ]);
  sandbox.addNumber({
    phoneNumberId: workspace.phoneNumberId,
    businessAccountId: workspace.businessAccountId,
    displayPhoneNumber: "15550001111",
    accessToken: secrets.accessToken,
    appSecret: secrets.appSecret,
    verifyToken: secrets.verifyToken,
    webhookUrl: `${webhooksUrl}/${workspace.channelId}`,
    graphUrl: sandbox.url,
    messagesPerSecond: 10_000,
  });
  return { ...workspace, ...secrets };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
}
