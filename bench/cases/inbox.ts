import type { Bench } from "../bench.ts";
import type { InboxRequest } from "../controls/inbox_server.ts";
import { higher } from "../report/figure.ts";
import { startChild } from "../stage/child.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import { fillConversations, fillMessages } from "../stage/fill.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { AskRequest, AskResult } from "../world/ask.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

const QUERY = `{ conversations(first: 20, orderBy: [LAST_ACTIVITY_AT_DESC]) { nodes {
  id status unreadCount lastMessageAt
  contact { id name profileName phone }
  lastMessage { id direction type content preview occurredAt }
} } }`;
const CONNECTIONS = 16;
const PASSWORD = "a password for benchmarks";
const LOGIN = "bench_api";

export const inbox: Case = {
  name: "inbox",
  about: "GraphQL: 20 conversations with contact and last message, row level security on, 16 connections",
  async run(bench) {
    const workspace = await inboxWorkspace(bench, "inbox", 100_000);
    bench.add(figureOf("inbox", "20 conversations", await askInbox(bench, workspace), higher(0.5, 0.8)));
  },
};

export async function inboxWorkspace(bench: Bench, slug: string, messages: number): Promise<Workspace> {
  const workspace = await bench.workspace(slug);
  const { watcher } = bench.postgres;
  await fillConversations(watcher, workspace, 0, 5000);
  await fillMessages(watcher, workspace, messages);
  await watcher.query("analyze");
  const email = `ann@${slug}.example.com`;
  await bench.program.command([
    "user",
    "add",
    email,
    "--tenant",
    slug,
    "--role",
    "agent",
    "--password",
    PASSWORD,
  ]);
  return workspace;
}

export async function askInbox(bench: Bench, { slug }: Workspace): Promise<Measured> {
  const token = await signIn(bench, `ann@${slug}.example.com`);
  const body = JSON.stringify({ query: QUERY });
  const byHand = await askByHand(bench, token, body);
  const { result: ours, cpuMicros } = await withCpuCost(
    bench,
    () => ask(bench, `${bench.program.url}/graphql`, token, body),
    ({ asked }) => asked,
  );
  const faults: string[] = [];
  if (ours.refused > 0) faults.push(`${ours.refused} questions were refused`);
  if (!isSame(ours.answer, byHand.answer)) faults.push(`the answers differ: ${ours.answer.slice(0, 300)}`);
  return {
    value: ours.perSecond,
    unit: "req/s",
    control: { name: "by hand", value: byHand.perSecond, unit: "req/s" },
    details: { latency: ours.latency, controlLatency: byHand.latency, bytes: ours.answer.length, cpuMicros },
    faults,
  };
}

async function ask(bench: Bench, url: string, token: string, body: string): Promise<AskResult> {
  const asker = startChild<AskRequest>("world/ask.ts");
  const { seconds, warmUpSeconds } = bench.options;
  const request = {
    url,
    questions: [{ token, body }],
    connections: CONNECTIONS,
    seconds: Math.min(5, seconds),
    warmUpSeconds,
  };
  return asker.ask<AskResult>(request).finally(() => asker.end());
}

async function askByHand(bench: Bench, token: string, body: string): Promise<AskResult> {
  const { watcher, ownerUrl } = bench.postgres;
  await watcher.query(`
    do $$ begin
      if not exists (select from pg_roles where rolname = '${LOGIN}') then
        create role ${LOGIN} login noinherit password '${LOGIN}' in role parley_visitor;
      end if;
    end $$`);
  const url = new URL(ownerUrl);
  url.username = LOGIN;
  url.password = LOGIN;
  const server = startChild<InboxRequest>("controls/inbox_server.ts");
  try {
    const port = await server.ask<number>({
      databaseUrl: url.href,
      jwtSecret: bench.program.jwtSecret,
    });
    return await ask(bench, `http://127.0.0.1:${port}/inbox`, token, body);
  } finally {
    await server.end();
  }
}

async function signIn(bench: Bench, email: string): Promise<string> {
  const query =
    "mutation ($e: String!, $p: String!) { signIn(input: { email: $e, password: $p }) { session { accessToken } } }";
  const response = await fetch(`${bench.program.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { e: email, p: PASSWORD } }),
  });
  const answer = (await response.json()) as { data?: { signIn?: { session: { accessToken: string } } } };
  const token = answer.data?.signIn?.session.accessToken;
  if (token === undefined) throw new Error(`the sign-in was refused: ${JSON.stringify(answer)}`);
  return token;
}

/** But for how instants are spelt. */
function isSame(a: string, b: string): boolean {
  const normal = (text: string) =>
    JSON.stringify(JSON.parse(text), (key, value) =>
      key.endsWith("At") && value ? Date.parse(value) : value,
    );
  return a !== "" && normal(a) === normal(b);
}
