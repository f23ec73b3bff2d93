import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { STATE_DIR } from "../../../embedded/binaries.ts";

const PROGRAM = join(import.meta.dirname, "../../../src/parley.js");

type SignIn = { email: string; role: string; password: string };
type Started = { url: string; signIns: SignIn[]; child: ChildProcess; stderr(): string };

/** A data directory of its own, below one that others may enter. */
async function aHome(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "parley-start-"));
  await chmod(parent, 0o755);
  t.after(async () => {
    const cluster = await realpath(join(parent, "data/postgres")).catch(() => "");
    if (cluster.startsWith(`${STATE_DIR}/`)) await rm(dirname(cluster), { recursive: true });
    await rm(parent, { recursive: true, maxRetries: 5, retryDelay: 100 });
  });
  return parent;
}

/** `parley start --json` with nothing but the embedded server; resolves when it says where it is. */
async function start(t: TestContext, home: string, env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [PROGRAM, "start", "--json"], {
    cwd: home,
    env: { PATH: process.env.PATH, PARLEY_DATA_DIR: join(home, "data"), PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(async () => {
    if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8");
  const { promise, resolve, reject } = Promise.withResolvers<Started>();
  child.stdout.on("data", (text: string) => {
    stdout += text;
    if (stdout.endsWith("}\n")) resolve({ ...JSON.parse(stdout), child, stderr: () => stderr });
  });
  child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${stderr}`)));
  return promise;
}

async function stop(
  { child }: Started,
  signal: NodeJS.Signals,
): Promise<{ code: number; milliseconds: number }> {
  const begin = Date.now();
  child.kill(signal);
  const [code] = await once(child, "exit");
  return { code, milliseconds: Date.now() - begin };
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; ) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not in time: ${what}`);
}

/** A customer's phone in the sandbox. */
function phoneAt(url: string, customer: string) {
  const chat = `${url}/sandbox/api/numbers/100000000000001/chats/${customer}`;
  type Message = { from: string; type: string; status: string; content: { body: string } };
  return {
    async say(body: string) {
      const headers = { "content-type": "application/json" };
      await fetch(`${chat}/actions`, {
        method: "POST",
        headers,
        body: JSON.stringify({ kind: "say", body }),
      });
    },
    async received(): Promise<Message[]> {
      const { messages } = (await (await fetch(chat)).json()) as { messages: Message[] };
      return messages.filter(({ from }) => from === "business");
    },
  };
}

async function signIn(url: string, { email, password }: SignIn): Promise<boolean> {
  const query =
    "mutation($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) { session { accessToken } } }";
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { email, password } }),
  });
  return /"accessToken":"ey/.test(await response.text());
}

test("one command starts everything; it stops in time; a second start finds it as it was", {
  timeout: 90_000,
}, async (t) => {
  const home = await aHome(t);
  const first = await start(t, home);
  const { url } = first;

  const ready = await until("ready", async () => {
    const health = await get(`${url}/health/ready`);
    return health.status === 200 ? health : undefined;
  });
  assert.equal(JSON.parse(ready.text).status, "ready");
  assert.equal((await get(`${url}/health/live`)).status, 200);
  const page = await get(`${url}/`);
  for (const path of ["/sandbox", "/graphiql", "/health/ready", "/metrics"]) {
    assert.ok(page.text.includes(`href="${path}"`), path);
    assert.equal((await get(url + path)).status, 200, path);
  }
  assert.match((await get(`${url}/metrics`)).text, /^parley_outbox_messages\{state="queued"\} 0$/m);

  assert.deepEqual(
    first.signIns.map(({ role }) => role),
    ["owner", "agent", "viewer"],
  );
  for (const person of first.signIns) assert.ok(await signIn(url, person), person.email);
  assert.ok(!(await signIn(url, { ...first.signIns[0]!, password: "guessed" })));
  assert.equal((await stat(join(home, "data/demo.json"))).mode & 0o777, 0o600);

  const phone = phoneAt(url, "15557770001");
  await phone.say("Hello");
  const answers = await until("the bot's answer", async () => {
    const received = await phone.received();
    return received.length >= 2 ? received : undefined;
  });
  assert.deepEqual(
    answers.map(({ type }) => type),
    ["text", "interactive"],
  );

  const stopped = await stop(first, "SIGTERM");
  assert.equal(stopped.code, 0, first.stderr());
  assert.ok(stopped.milliseconds < 10_000, `${stopped.milliseconds} ms`);
  assert.doesNotMatch(first.stderr(), /"level":"(error|fatal)"/);

  const second = await start(t, home);
  assert.deepEqual(second.signIns, first.signIns);
  for (const person of second.signIns) assert.ok(await signIn(second.url, person), person.email);
  // Another port, and the sandbox has forgotten everything: the channel has followed, and the conversation goes on.
  assert.notEqual(second.url, url);
  const again = phoneAt(second.url, "15557770001");
  await again.say("Order a coffee");
  await until("the bot goes on where it was", async () => {
    const received = await again.received();
    return received.some(({ type }) => type === "interactive") ? received : undefined;
  });
  assert.equal((await stop(second, "SIGINT")).code, 0, second.stderr());
});

test("a port in use is one clear line, and leaves nothing running", { timeout: 60_000 }, async (t) => {
  const home = await aHome(t);
  const { url } = await start(t, home);
  const other = await aHome(t);
  await assert.rejects(start(t, other, { PORT: new URL(url).port }), (error: Error) => {
    assert.match(error.message, /^it ended with 1: error: Port \d+ of 127.0.0.1 is in use.*\(PYUNA\)\n$/);
    return true;
  });
  await assert.rejects(stat(join(other, "data/postgres/postmaster.pid")));
});

test("in production there is no demo, no sandbox and no GraphiQL", { timeout: 60_000 }, async (t) => {
  const { url, signIns } = await start(t, await aHome(t), { NODE_ENV: "production" });
  assert.deepEqual(signIns, []);
  for (const path of ["/sandbox", "/graphiql"]) assert.equal((await get(url + path)).status, 404, path);
  assert.doesNotMatch((await get(`${url}/`)).text, /sandbox|graphiql/);
});
