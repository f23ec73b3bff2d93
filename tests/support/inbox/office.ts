import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CustomerPhone } from "../../../sandbox/customer_phone.ts";
import { type SandboxServer, startSandboxServer } from "../../../sandbox/server.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { signAccessToken, verifyAccessToken } from "../../../src/graphql/auth/access_token.ts";
import { startApplication } from "../../../src/process/application.ts";
import { sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../database.ts";
import { aPerson, aWorkspace, type Role, type Workspace } from "../people.ts";
import { TEST_SECRET_KEY, testKeyRing } from "../program.ts";
import { InboxApp } from "./inbox_app.ts";
import { Network } from "./network.ts";
import { Session, signIn, type Tokens } from "./session.ts";

/** The password of everybody in an office. */
export const PASSWORD = "correct horse battery";
const JWT_SECRET = "a token secret for tests, long enough";

/** One company: Parley, a number that the sandbox plays, agents with their browsers, customers with their phones. */
export type Office = {
  url: string;
  database: TestDatabase;
  workspace: Workspace;
  sandbox: SandboxServer;
  /** A member with an account and {@link PASSWORD}. */
  employ(name: string, role: Role): Promise<{ userId: string; email: string }>;
  /** An agent who has signed in, with a first access token that ends after so many seconds. */
  agent(name: string, options?: { tokenSeconds?: number }): Promise<InboxApp>;
  customer(name: string): CustomerPhone;
  /** A file as a customer's phone shows it, by the id that the provider gave it. */
  fileOnPhone(mediaId: string): Promise<Buffer>;
  stop(): Promise<void>;
};

/** @param env settings that differ from those of tests */
export async function startOffice(env: Record<string, string> = {}): Promise<Office> {
  await using starting = new AsyncDisposableStack();
  const database = await createTestDatabase();
  starting.defer(() => database.drop());
  const home = await mkdtemp(join(tmpdir(), "parley-office-"));
  starting.defer(() => rm(home, { recursive: true, force: true }));
  const config = readConfig({
    NODE_ENV: "test",
    PORT: "0",
    CONSOLE: "false",
    PARLEY_DATA_DIR: home,
    DATABASE_URL: database.ownerUrl,
    DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
    PARLEY_SECRET_KEY: TEST_SECRET_KEY,
    JWT_SECRET,
    ...env,
  });
  const parts = { migrates: false, api: true, worker: true };
  const application = await startApplication(parts, config, createLog(process.env.LOG_LEVEL ?? "silent"));
  starting.defer(() => application.close());
  // One webhook after the other, so that a customer's messages arrive in their order.
  const sandbox = await startSandboxServer({ seed: 1, delivery: { concurrency: 1 } });
  starting.defer(() => sandbox.close());
  const workspace = await aWorkspace(database.pool);
  const secrets = { accessToken: "token", appSecret: "secret", verifyToken: "verify" };
  await database.pool.query("select app_private.set_channel_secrets($1, $2)", [
    workspace.channelId,
    JSON.stringify(sealChannelSecrets(workspace.channelId, secrets, testKeyRing)),
  ]);
  await database.pool.query("update app_public.whatsapp_channels set graph_url = $2 where channel_id = $1", [
    workspace.channelId,
    sandbox.url,
  ]);
  const url = application.url!;
  sandbox.addNumber({
    ...workspace,
    ...secrets,
    displayPhoneNumber: "15550001111",
    webhookUrl: `${url}/webhooks/whatsapp/${workspace.channelId}`,
  });
  const apps: InboxApp[] = [];
  starting.defer(async () => {
    await Promise.all(apps.map((app) => app.stop()));
  });
  const stack = starting.move();
  let customers = 0;
  const employ: Office["employ"] = async (name, role) => {
    const { userId, email } = await aPerson(database.pool, workspace.tenantId, role);
    await database.pool.query("update app_public.users set name = $2 where id = $1", [userId, name]);
    await database.pool.query("select app_private.set_password($1, $2)", [userId, PASSWORD]);
    return { userId, email };
  };
  return {
    ...{ url, database, workspace, sandbox, employ },
    async agent(name, { tokenSeconds } = {}) {
      const { email } = await employ(name, "agent");
      const network = new Network();
      const tokens = await signIn(`${url}/graphql`, network, email, PASSWORD);
      const first = tokenSeconds === undefined ? tokens : { ...tokens, ...shortToken(tokens, tokenSeconds) };
      const session = new Session(`${url}/graphql`, network, first);
      const app = await InboxApp.start(url, network, session, name);
      apps.push(app);
      return app;
    },
    customer: (name) =>
      sandbox.customer({ phone: `1202555010${customers++}`, name }, workspace.phoneNumberId),
    async fileOnPhone(mediaId) {
      const chat = `numbers/${workspace.phoneNumberId}/chats/12025550100`;
      const response = await fetch(`${sandbox.url}/sandbox/api/${chat}/media/${mediaId}`);
      return Buffer.from(await response.arrayBuffer());
    },
    stop: () => stack.disposeAsync(),
  };
}

/** An access token of the same session that ends sooner; its end has whole seconds. */
function shortToken({ accessToken }: Tokens, seconds: number): Partial<Tokens> {
  const visitor = verifyAccessToken(accessToken, JWT_SECRET);
  const sessionExpiresAt = new Date(Date.now() + seconds * 1000);
  const { token, expiresAt } = signAccessToken(
    { ...visitor, sessionId: visitor.credentialId, sessionExpiresAt },
    JWT_SECRET,
  );
  return { accessToken: token, accessTokenExpiresAt: expiresAt.toISOString() };
}
