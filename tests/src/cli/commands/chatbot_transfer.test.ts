import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { graphOf } from "../../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

/** Chatbots that go from one place to another by files: with their forms, the graphs they call, and no secrets. */

let database: TestDatabase;
let parley: Parley;
let folder: string;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  folder = await mkdtemp(join(tmpdir(), "parley-transfer-"));
  for (const slug of ["bakery", "butcher", "baker"]) await parley.json(["tenant", "add", slug]);
});
after(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

async function fileOf(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

type Imported = { id: string; name: string; subflows: { id: string; name: string }[]; forms: string[] };

const importInto = (tenant: string, ...files: string[]) =>
  parley.json<Imported>(["chatbot", "import", ...files, "--tenant", tenant]);

type Exported = {
  chatbot: { id: string; nodes: object[]; edges: object[]; settings: object; metadata: object };
  whatsappFlows?: { whatsappFlowId: string; flowJson: object; status: string }[];
  subflows?: { chatbotId: string; nodes: object[] }[];
};

async function exported(tenant: string, name: string): Promise<Exported> {
  const { code, stdout, stderr } = await parley(["chatbot", "export", name, "--tenant", tenant]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const flowJson = {
  version: "7.0",
  screens: [{ id: "BOOK", terminal: true, layout: { type: "SingleColumnLayout" } }],
};
const BOOKING = {
  version: "1.0",
  chatbot: {
    name: "Booking",
    description: "Books tables",
    ...graphOf(
      {
        start: ["start"],
        form: ["whatsapp_flow", { whatsappFlowId: "77", flowCta: "Book" }],
        bye: ["message", { content: "Until then." }],
      },
      [
        ["start", "form"],
        ["form", "bye"],
      ],
    ),
    metadata: { author: "Ada" },
    settings: { language: "tr", debounceMs: 400, stopKeywords: ["dur"] },
  },
  whatsappFlows: [
    {
      whatsappFlowId: "77",
      name: "Book a table",
      status: "PUBLISHED",
      categories: ["APPOINTMENT_BOOKING"],
      flowJson,
      endpointUri: "https://forms.example.com/book?token=s3cr3t",
      metadata: { accessToken: "s3cr3t" },
    },
  ],
};

test("import, export, import: the same graph, settings, metadata and form, without secrets", async () => {
  const first = await importInto("bakery", await fileOf("booking.json", BOOKING));
  assert.deepEqual(first.forms, ["77"]);
  const out = await exported("bakery", "Booking");
  assert.doesNotMatch(JSON.stringify(out), /s3cr3t/);
  assert.equal(out.chatbot.id, first.id);
  assert.deepEqual(out.whatsappFlows?.[0]?.flowJson, flowJson);
  assert.equal(out.whatsappFlows?.[0]?.status, "DRAFT", "what comes along is a draft until Meta says more");

  const second = await importInto("butcher", await fileOf("out.json", out));
  assert.deepEqual([second.name, second.forms], ["Booking", ["77"]]);
  const again = await exported("butcher", "Booking");
  const comparable = ({ chatbot: { id: _, ...chatbot }, whatsappFlows }: Exported) => ({
    chatbot,
    whatsappFlows,
  });
  assert.deepEqual(comparable(again), comparable(out));
  const { nodes, edges, settings, metadata } = BOOKING.chatbot;
  assert.deepEqual(
    [again.chatbot.nodes, again.chatbot.edges, again.chatbot.settings, again.chatbot.metadata],
    [nodes, edges, settings, metadata],
  );
});

test("a form that is known stays as it is, and the chatbot is a copy", async () => {
  await query(
    "update app_public.whatsapp_flows f set name = 'Ours', status = 'published' from app_public.tenants t where t.id = f.tenant_id and t.slug = 'bakery'",
  );
  const copy = await importInto("bakery", await fileOf("booking.json", BOOKING));
  assert.deepEqual([copy.name, copy.forms], ["Booking (Copy)", []]);
  const forms = await query(
    "select f.name, f.status from app_public.whatsapp_flows f join app_public.tenants t on t.id = f.tenant_id where t.slug = 'bakery'",
  );
  assert.deepEqual(forms, [{ name: "Ours", status: "published" }]);
  assert.equal((await exported("bakery", "Booking")).whatsappFlows?.[0]?.status, "PUBLISHED");
});

test("a form's own chatbot is published knowing the form's first screen", async () => {
  await parley.json(["chatbot", "publish", "Booking", "--tenant", "butcher"]);
  const [row] = await query(
    "select v.flows from app_public.chatbot_versions v join app_public.tenants t on t.id = v.tenant_id where t.slug = 'butcher'",
  );
  assert.deepEqual(row.flows, { 77: { status: "DRAFT", firstScreen: "BOOK" } });
});

test("a broken form refuses the whole file, with its code, and stores nothing", async () => {
  const file = {
    ...BOOKING,
    chatbot: { ...BOOKING.chatbot, name: "Broken" },
    whatsappFlows: [{ whatsappFlowId: "9" }],
  };
  const path = await fileOf("broken.json", file);
  assert.match(
    await parley.failure(["chatbot", "import", path, "--tenant", "bakery"]),
    /The Flow 1 of "whatsappFlows" has no "flowJson" object\. \(PYGRA\)$/,
  );
  assert.deepEqual(await query("select from app_public.chatbots where name = 'Broken'"), []);
});

const calling = (...chatbotIds: string[]) =>
  graphOf(
    Object.fromEntries([
      ["start", ["start"]],
      ...chatbotIds.map((chatbotId, at) => [`call${at}`, ["subflow", { chatbotId }]]),
    ]),
    chatbotIds.map((_, at) => [at === 0 ? "start" : `call${at - 1}`, `call${at}`]),
  );

test("graphs that are called come along from files, and out again with whoever calls them", async () => {
  const files = await Promise.all([
    fileOf("shop.json", { name: "Shop", ...calling("Pay", "refund") }),
    fileOf("pay.json", { name: "Pay", ...calling("refund") }),
    fileOf("refund.json", { name: "Give it back", ...calling() }),
  ]);
  const shop = await importInto("baker", ...files);
  assert.deepEqual(
    shop.subflows.map(({ name }) => name),
    ["Pay", "Give it back"],
  );
  const out = await exported("baker", "Shop");
  const called = new Map(out.subflows?.map((subflow) => [subflow.chatbotId, subflow]));
  assert.deepEqual([...called.keys()].sort(), shop.subflows.map(({ id }) => id).sort());

  // Where they are known they are called as they are; elsewhere they come along.
  const copy = await importInto("baker", await fileOf("shop-out.json", out));
  assert.deepEqual([copy.name, copy.subflows], ["Shop (Copy)", []]);
  assert.deepEqual((await exported("baker", "Shop (Copy)")).chatbot.nodes, out.chatbot.nodes);
  const elsewhere = await importInto("bakery", await fileOf("shop-out.json", out));
  assert.deepEqual(elsewhere.subflows.map(({ name }) => name).sort(), ["Give it back", "Pay"]);
  const { isNewVersion } = await parley.json(["chatbot", "activate", "Shop", "--tenant", "bakery"]);
  assert.equal(isNewVersion, true, "every call finds its graph");
  const [row] = await query(
    "select array(select jsonb_object_keys(v.subflows) order by 1) as ids from app_public.chatbot_versions v where v.chatbot_id = $1",
    elsewhere.id,
  );
  assert.deepEqual(row.ids, elsewhere.subflows.map(({ id }) => id).sort());
});

test("a graph that calls itself calls its copy", async () => {
  const self = { version: "1.0", chatbot: { id: "me", name: "Self", ...calling("me") } };
  const first = await importInto("baker", await fileOf("self.json", self));
  assert.deepEqual(first.subflows, []);
  const copy = await importInto("baker", await fileOf("self-out.json", await exported("baker", "Self")));
  const calls = async (id: string) =>
    (
      await query(
        "select n #>> '{data,chatbotId}' as id from app_public.chatbots, jsonb_array_elements(nodes) n where chatbots.id = $1 and n ->> 'type' = 'subflow'",
        id,
      )
    )[0].id;
  assert.deepEqual([await calls(first.id), await calls(copy.id)], [first.id, copy.id]);
});

test("as text: what was imported with it, and what no graph calls", async () => {
  const ran = await parley([
    ...["chatbot", "import", await fileOf("shop2.json", { name: "Shop 2", ...calling("Pay 2") })],
    ...[await fileOf("pay2.json", { name: "Pay 2", ...calling() })],
    ...[await fileOf("spare.json", { name: "Spare", ...calling() }), "--tenant", "baker"],
  ]);
  assert.match(ran.stdout, /^Imported "Shop 2" \([-0-9a-f]+\): 2 nodes, a draft\n$/);
  assert.match(ran.stderr, /with "Pay 2" \(/);
  assert.match(ran.stderr, /No subflow calls the chatbot of "spare"/);
});

test("a name as long as names may be still finds a copy's name", async () => {
  const file = await fileOf("long.json", { name: "n".repeat(255), ...calling() });
  await importInto("baker", file);
  const copy = await importInto("baker", file);
  assert.equal(copy.name, `${"n".repeat(248)} (Copy)`);
});
