import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { replayWebhooks } from "../../../src/inbound/replay.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { framed, postWebhook, textMessage, texts, webhookBody } from "../../support/webhooks.ts";

/** What becomes of bodies that are taken: stored byte by byte, applied, or the reason noted; nobody holds up another. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  // However slow the machine is, what is bad in a body is found.
  program = await startProgram(database, { withWorker: false, isolationMs: 30_000 });
});
after(async () => {
  await program.stop();
  await database.drop();
});

type Event = {
  status: string;
  error: string | null;
  skipped: { kind: string; reason: string }[];
  body: Buffer;
};

async function events({ tenantId }: ConnectedWorkspace): Promise<Event[]> {
  const { rows } = await database.pool.query(
    "select status, error, skipped, body from app_public.webhook_events where tenant_id = $1 order by id",
    [tenantId],
  );
  return rows;
}

async function said({ tenantId }: ConnectedWorkspace): Promise<string[]> {
  const { rows } = await database.pool.query(
    "select coalesce(content ->> 'body', type::text) as body from app_public.messages where tenant_id = $1 order by created_at",
    [tenantId],
  );
  return rows.map(({ body }) => body);
}

/** Unread counts and last messages, counted again from the messages themselves. */
async function assertCountersHold(): Promise<void> {
  const { rows } = await database.pool.query(
    `select c.id from app_public.conversations c
     left join lateral (
       select count(*) filter (where app_private.needs_attention(m.direction, m.origin, m.type, m.content)) as unread, max(m.occurred_at) as last_at
       from app_public.messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id
     ) m on true
     where c.unread_count <> m.unread or c.last_message_at is distinct from m.last_at`,
  );
  assert.deepEqual(rows, []);
}

test("the same webhook five times at once is one message", async () => {
  const workspace = await program.connectedWorkspace();
  const body = webhookBody(workspace, texts("15551000001", "Hello"));
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => postWebhook(program.url, workspace, body)),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  assert.deepEqual(await said(workspace), ["Hello"]);
  assert.equal((await events(workspace)).length, 5);
  await assertCountersHold();
});

test("2,000 webhooks in a burst: all are stored once, and the counters are a recount", async () => {
  const workspace = await program.connectedWorkspace();
  const bodies = Array.from({ length: 2000 }, (_, at) =>
    webhookBody(workspace, texts(`1555200${String(at % 250).padStart(4, "0")}`, `text ${at}`)),
  );
  let next = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (let at = next++; at < bodies.length; at = next++) {
        // A 503 of a slow machine is delivered again, as Meta does.
        await until(
          "a 200",
          async () => (await postWebhook(program.url, workspace, bodies[at]!)).status === 200,
          60_000,
        );
      }
    }),
  );
  const bodiesSaid = await said(workspace);
  assert.equal(new Set(bodiesSaid).size, 2000);
  assert.equal(bodiesSaid.length, 2000);
  await assertCountersHold();
});

const HOSTILE: [name: string, text: string][] = [
  ["NUL", "before \\u0000 after"],
  ["a lone surrogate", "half \\ud83d of it"],
  ["a NUL and a surrogate in a key", '","\\u0000\\ud800":"x'],
];

for (const [name, text] of HOSTILE)
  test(`${name} in a text does not delay the other messages`, async () => {
    const workspace = await program.connectedWorkspace();
    const body = webhookBody(workspace, {
      messages: [
        textMessage("15551000002", "first"),
        textMessage("15551000002", "HOSTILE"),
        textMessage("15551000002", "last"),
      ],
    }).replace("HOSTILE", text);
    assert.equal((await postWebhook(program.url, workspace, body)).status, 200);
    const [event] = await events(workspace);
    assert.equal(event!.status, "processed");
    assert.ok(event!.body.equals(Buffer.from(body)));
    const bodies = await said(workspace);
    assert.equal(bodies.length, 3);
    assert.deepEqual([bodies[0], bodies[2]], ["first", "last"]);
  });

const ODD: [name: string, body: string, expected: { status: string; messages: number }][] = [
  ["nothing", "", { status: "failed", messages: 0 }],
  ["no JSON", '{"object":', { status: "failed", messages: 0 }],
  ["a list", "[]", { status: "failed", messages: 0 }],
  ["bytes that are no text", "\xff\xfe\x00", { status: "failed", messages: 0 }],
  ["an empty object", "{}", { status: "processed", messages: 0 }],
  ["no entries", '{"object":"whatsapp_business_account","entry":[]}', { status: "processed", messages: 0 }],
  [
    "nesting without end",
    `${'{"entry":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    { status: "processed", messages: 0 },
  ],
  ["another object", '{"object":"page","entry":[{"id":"1"}]}', { status: "processed", messages: 0 }],
];

for (const [name, body, expected] of ODD)
  test(`a body with ${name} is kept, with the reason`, async () => {
    const workspace = await program.connectedWorkspace();
    assert.equal((await postWebhook(program.url, workspace, Buffer.from(body, "latin1"))).status, 200);
    const [event] = await events(workspace);
    assert.equal(event!.status, expected.status);
    assert.ok(event!.body.equals(Buffer.from(body, "latin1")));
    assert.ok(event!.error !== null || event!.skipped.length > 0, "a reason is noted");
    assert.equal((await said(workspace)).length, expected.messages);
  });

test("numbers beyond reason, duplicate keys and a customer without a name are stored as they can be", async () => {
  const workspace = await program.connectedWorkspace();
  const [huge, twice] = [textMessage("15551000003", "HUGE"), textMessage("15551000003", "TWICE")];
  const body = webhookBody(workspace, {
    messages: [
      { ...huge, extra: "HUGE_NUMBER" },
      twice,
      { ...textMessage("", "bsuid only"), from_user_id: "US.13491208655302741918" },
      { id: "wamid.nobody", timestamp: "1700000000", type: "text", text: { body: "from nobody" } },
    ],
  })
    .replace('"HUGE_NUMBER"', "1e400000")
    .replace('"TWICE"', '"once","body":"TWICE"');
  assert.equal((await postWebhook(program.url, workspace, body)).status, 200);
  const [event] = await events(workspace);
  assert.deepEqual(event!.skipped, [{ kind: "message", reason: "it names no customer" }]);
  assert.deepEqual((await said(workspace)).sort(), ["HUGE", "TWICE", "bsuid only"]);
});

test("an event that the database refuses does not affect the other events of its body or of other bodies", async () => {
  const workspace = await program.connectedWorkspace();
  // Nothing natural is refused any more; so this database is made to refuse something.
  await database.pool.query(`
    create or replace function app_private.refuse_poison() returns trigger as $$
    begin
      if NEW.preview = 'poison' then raise exception 'cannot swallow' using errcode = '22P02'; end if;
      return NEW;
    end;
    $$ language plpgsql;
    create trigger _200_poison before insert on app_public.messages
      for each row execute function app_private.refuse_poison()`);
  try {
    const unknown = framed({ ...workspace, phoneNumberId: "999" }, texts("15551000009", "for nobody"));
    const poisoned = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        {
          id: workspace.businessAccountId,
          changes: [
            { field: "messages", value: unknown },
            { field: "messages", value: framed(workspace, texts("15551000004", "one", "poison", "two")) },
          ],
        },
      ],
    });
    const neighbours = Array.from({ length: 20 }, (_, at) =>
      webhookBody(workspace, texts("15551000005", `neighbour ${at}`)),
    );
    const bodies = [...neighbours.slice(0, 10), poisoned, ...neighbours.slice(10)];
    const answers = await Promise.all(bodies.map((body) => postWebhook(program.url, workspace, body)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal((await said(workspace)).length, 22);
    const failed = (await events(workspace)).filter(({ status }) => status === "failed");
    assert.equal(failed.length, 1);
    assert.ok(failed[0]!.body.equals(Buffer.from(poisoned)));
    assert.equal(failed[0]!.error, "22P02: cannot swallow");
    // Noted once each, however often the batch was taken apart.
    assert.deepEqual(failed[0]!.skipped.map(({ kind, reason }) => `${kind}: ${reason}`).sort(), [
      "message: 22P02: cannot swallow",
      "message: no channel of this app has the number 999",
    ]);
  } finally {
    await database.pool.query("drop function app_private.refuse_poison cascade");
  }

  const replayed = await replayWebhooks(
    { pool: database.pool, keyRing: program.ring, log: program.log },
    { status: "failed", channelId: workspace.channelId },
  );
  assert.deepEqual(replayed, { replayed: 1, failed: 0, newMessages: 1 });
  assert.equal((await said(workspace)).length, 23);
  await assertCountersHold();
});

test("a replay of all webhooks changes nothing and restores no old data", async () => {
  const workspace = await program.connectedWorkspace();
  const named = (name: string, body: string) =>
    webhookBody(workspace, {
      contacts: [{ wa_id: "15551000006", profile: { name } }],
      messages: [textMessage("15551000006", body)],
    });
  for (const [name, text] of [
    ["Before", "one"],
    ["After", "two"],
  ] as const)
    assert.equal((await postWebhook(program.url, workspace, named(name, text))).status, 200);
  const look = async () =>
    (
      await database.pool.query(
        `select p.profile_name, c.unread_count, c.last_message_preview,
           (select count(*)::int from app_public.messages m where m.conversation_id = c.id) as messages
         from app_public.conversations c join app_public.contacts p on p.id = c.contact_id where c.tenant_id = $1`,
        [workspace.tenantId],
      )
    ).rows;
  const seen = await look();
  assert.deepEqual(seen, [
    { profile_name: "After", unread_count: 2, last_message_preview: "two", messages: 2 },
  ]);
  const replayed = await replayWebhooks(
    { pool: database.pool, keyRing: program.ring, log: program.log },
    { channelId: workspace.channelId },
  );
  assert.deepEqual(replayed, { replayed: 2, failed: 0, newMessages: 0 });
  assert.deepEqual(await look(), seen);
});

test("a status of an unknown message is listed in skipped, even if other statuses of its body were applied", async () => {
  const workspace = await program.connectedWorkspace();
  const status = (id: string) => ({
    id,
    status: "failed",
    timestamp: "1790000000",
    recipient_id: "15551000061",
    errors: [{ code: 131026, title: "Message undeliverable" }],
  });
  const body = framed(workspace, { statuses: [status("wamid.NOBODYS"), status("wamid.NOBODYS2")] });
  await postWebhook(program.url, workspace, JSON.stringify(body));
  await postWebhook(program.url, workspace, webhookBody(workspace, texts("15551000061", "Hello")));
  const [first, second] = await events(workspace);
  assert.deepEqual(
    [first!.status, first!.error, first!.skipped.map(({ kind }) => kind)],
    ["processed", null, ["status", "status"]],
  );
  assert.match(first!.skipped[0]!.reason, /no message/);
  assert.deepEqual(second!.skipped, []);
});
