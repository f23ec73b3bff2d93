import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SLOW_CONCURRENCY, SlowSlots } from "../../../src/jobs/slow_slots.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";
import { until } from "../../support/until.ts";
import { postWebhook, texts, webhookBody } from "../../support/webhooks.ts";

/** A tenant whose server never answers takes no other's slots. */

let database: TestDatabase;
let program: TestProgram;
let slow: StandIn;
let quick: StandIn;
before(async () => {
  database = await createTestDatabase();
  slow = await standIn();
  quick = await standIn();
  const hosts = [slow, quick].map(({ url }) => new URL(url).host).join();
  program = await startProgram(database, { env: { HTTP_ALLOWED_HOSTS: hosts } });
});
after(async () => {
  await slow.close();
  await quick.close();
  await program.stop();
  await database.drop();
});

async function aTenantThatCalls(url: string): Promise<ConnectedWorkspace> {
  const workspace = await program.connectedWorkspace();
  const graph = graphOf(
    {
      start: ["start"],
      call: ["rest_api", { apiUrl: `${url}/x`, apiTimeout: 30_000 }],
      done: ["message", { content: "done" }],
    },
    [
      ["start", "call"],
      ["call", "done"],
    ],
  );
  await anActiveChatbot(database.pool, workspace.tenantId, graph);
  return workspace;
}

const hear = async (workspace: ConnectedWorkspace, ...phones: string[]) => {
  for (const phone of phones) {
    const { status } = await postWebhook(program.url, workspace, webhookBody(workspace, texts(phone, "hi")));
    assert.equal(status, 200);
  }
};

test("two hundred calls of one tenant that wait leave another's answered", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  slow.answer = async () => {
    await held;
    return { status: 200, body: {} };
  };
  const crowd = await aTenantThatCalls(slow.url);
  const other = await aTenantThatCalls(quick.url);
  await hear(crowd, ...Array.from({ length: 100 }, (_, at) => `15558${String(at).padStart(6, "0")}`));
  await until("its share to be in use", () => slow.asked.length >= 20);
  for (const phone of ["15559000001", "15559000002"]) {
    await hear(other, phone);
    await until("the other's answer", async () => {
      const { rows } = await database.pool.query(
        `select from app_public.messages m
         join app_public.conversations c on c.id = m.conversation_id
         join app_public.contacts p on p.id = c.contact_id
         where m.tenant_id = $1 and p.phone = '+' || $2 and m.author = 'chatbot'`,
        [other.tenantId, phone],
      );
      return rows.length > 0;
    });
  }
  assert.equal(slow.asked.length, 20, "it holds half of the slots");
  release();
  await until("all of its calls to be made", () => slow.asked.length === 100, 60_000);
});

test("a job beyond the tenant's share is rescheduled with its flag; read receipts and calls have separate slots", async () => {
  const slots = new SlowSlots();
  const added: unknown[][] = [];
  const helpers = {
    job: {
      ...{ task_identifier: "call_for_chatbot", payload: { a: 1 }, max_attempts: 25, priority: 0, key: "k" },
      locked_at: new Date("2026-03-01T12:00:00Z"),
    },
    addJob: async (...job: unknown[]) => void added.push(job),
  } as never;
  const never = new Promise<void>(() => {});
  let running = 0;
  const work = () => {
    running += 1;
    return never;
  };
  for (let count = 0; count < 20; count += 1) void slots.run("call_for_chatbot", "a", helpers, work);
  assert.equal(slots.forbiddenFlags()?.join(), "call_for_chatbot:a");
  await slots.run("call_for_chatbot", "a", helpers, work);
  assert.equal(running, 20);
  const [[task, payload, spec]] = added as [
    [string, object, { runAt: Date; flags: string[]; jobKey: string }],
  ];
  assert.deepEqual(
    [task, payload, spec.flags, spec.jobKey],
    ["call_for_chatbot", { a: 1 }, ["call_for_chatbot:a"], "k"],
  );
  const seconds = (spec.runAt.getTime() - Date.parse("2026-03-01T12:00:00Z")) / 1000;
  assert.ok(seconds >= 1 && seconds <= 2, `${seconds} s after it was fetched, by the database's clock`);
  void slots.run("mark_read", "a", helpers, work);
  void slots.run("call_for_chatbot", "b", helpers, work);
  assert.equal(running, 22);
  assert.equal(SLOW_CONCURRENCY, 94);
});

test("a job of a tenant whose running jobs do its work is not rescheduled; they look again before they end", async () => {
  const slots = new SlowSlots();
  const added: unknown[] = [];
  const job = { payload: {}, max_attempts: 25, priority: 0, key: null, locked_at: new Date() };
  const helpers = { job, addJob: async (...given: unknown[]) => void added.push(given) } as never;
  let looks = 0;
  const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
  const drain = (tenantId: string) =>
    slots.drain("fetch_media", tenantId, helpers, async () => {
      looks += 1;
      await isFree;
    });
  const running = Array.from({ length: 3 }, () => drain("a"));
  await drain("a");
  assert.deepEqual([looks, added.length], [3, 0]);
  const others = ["b", "c", "d"].map((tenantId) =>
    Array.from({ length: 3 }, () => slots.drain("fetch_media", tenantId, helpers, () => isFree)),
  );
  await drain("e");
  assert.equal(added.length, 1, "a tenant without a running job has to wait");
  free();
  await Promise.all([...running, ...others.flat()]);
  assert.equal(looks, 4);
});
