import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

const MENU = join(import.meta.dirname, "chatbots/menu.json");

let database: TestDatabase;
let parley: Parley;
let folder: string;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  folder = await mkdtemp(join(tmpdir(), "parley-chatbots-"));
  for (const slug of ["bakery", "butcher"]) await parley.json(["tenant", "add", slug]);
});
after(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

type Imported = {
  id: string;
  name: string;
  version: number | null;
  unknownNodeTypes: string[];
  warnings: { code: string }[];
};
type Node = { id: string; type: string; data?: Record<string, unknown> };

const importing = (file: string, ...rest: string[]) => [
  "chatbot",
  "import",
  file,
  "--tenant",
  "bakery",
  ...rest,
];

/** A file with a graph of a start and the nodes given, one after the other. */
async function fileWith(name: string, nodes: readonly Node[]): Promise<string> {
  const all = [{ id: "s", type: "start" }, ...nodes];
  const placed = all.map((node) => ({ position: { x: 0, y: 0 }, data: {}, ...node }));
  const edges = all.slice(1).map(({ id }, at) => ({ id: `e${at}`, source: all[at]!.id, target: id }));
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify({ version: "1.0", chatbot: { name, nodes: placed, edges } }));
  return path;
}

test("an export is stored as a draft; a second time it is a copy", async () => {
  const first = await parley.json<Imported>(importing(MENU));
  assert.deepEqual([first.name, first.version, first.unknownNodeTypes], ["Menu", null, []]);
  const second = await parley.json<Imported>(importing(MENU));
  const third = await parley.json<Imported>(importing(MENU));
  assert.deepEqual([second.name, third.name], ["Menu (Copy)", "Menu (Copy 2)"]);
  assert.equal((await parley.json<Imported>(importing(MENU, "--name", "Ours"))).name, "Ours");
  const listed = await parley.json<{ name: string; status: string; nodes: number }[]>([
    "chatbot",
    "list",
    "--tenant",
    "bakery",
  ]);
  assert.deepEqual(
    listed.filter(({ name }) => name.startsWith("Menu")).map(({ status, nodes }) => [status, nodes]),
    [
      ["draft", 3],
      ["draft", 3],
      ["draft", 3],
    ],
  );
});

test("five imports at once get five names", async () => {
  const runs = Array.from({ length: 5 }, () => parley.json<Imported>(importing(MENU, "--name", "Crowd")));
  const names = (await Promise.all(runs)).map(({ name }) => name);
  assert.equal(new Set(names).size, 5);
});

test("a chatbot is activated in the place of another; its draft is published once", async () => {
  const first = await parley.json<Imported>(importing(MENU, "--name", "First", "--activate"));
  assert.equal(first.version, 1);
  await parley.json(importing(MENU, "--name", "Second"));
  const second = await parley.json(["chatbot", "activate", "Second", "--tenant", "bakery"]);
  assert.deepEqual([second.version, second.isNewVersion], [1, true]);
  const again = await parley.json(["chatbot", "activate", first.id, "--tenant", "bakery"]);
  assert.deepEqual([again.version, again.isNewVersion], [1, false]);
  await database.pool.query(
    'update app_public.chatbots set settings = \'{"language": "tr"}\' where id = $1',
    [first.id],
  );
  const changed = await parley.json(["chatbot", "activate", first.id, "--tenant", "bakery"]);
  assert.deepEqual([changed.version, changed.isNewVersion], [2, true]);

  const listed = await parley.json<{ name: string; status: string }[]>([
    "chatbot",
    "list",
    "--tenant",
    "bakery",
  ]);
  assert.deepEqual(
    listed.filter(({ status }) => status === "active").map(({ name }) => name),
    ["First"],
  );
});

test("an export can be imported, and contains no secret", async () => {
  const secret = await fileWith("Caller", [
    {
      id: "call",
      type: "rest_api",
      data: {
        apiUrl: "https://example.com/?api_key=s3cr3t",
        apiHeaders: '{"Authorization": "Bearer s3cr3t"}',
      },
    },
  ]);
  await parley.json(importing(secret));
  const exported = await parley(["chatbot", "export", "Caller", "--tenant", "bakery"]);
  assert.doesNotMatch(exported.stdout, /s3cr3t/);
  const file = join(folder, "exported.json");
  const silent = await parley(["chatbot", "export", "Caller", "--tenant", "bakery", "--output", file]);
  assert.deepEqual([silent.code, silent.stdout], [0, ""]);
  assert.equal(JSON.parse(await readFile(file, "utf8")).chatbot.name, "Caller");
  assert.equal((await parley.json<Imported>(importing(file))).name, "Caller (Copy)");
  assert.match(
    await parley.failure(["chatbot", "export", "Caller", "--tenant", "butcher"]),
    /There is no chatbot.*\(PYNFD\)$/,
  );
});

test("unknown node types are named; such a chatbot is stored with a warning", async () => {
  const file = await fileWith("Future", [
    { id: "t", type: "teleport" },
    { id: "u", type: "time_travel" },
  ]);
  const imported = await parley.json<Imported>(importing(file));
  assert.deepEqual(imported.unknownNodeTypes, ["teleport", "time_travel"]);
  const { stdout, stderr } = await parley(importing(file));
  assert.match(stdout, /^Imported "Future \(Copy\)"/);
  assert.match(stderr, /Node types this version does not know: teleport, time_travel/);
});

test("a broken graph is stored, but not activated", async () => {
  const file = join(folder, "broken.json");
  await writeFile(
    file,
    JSON.stringify({
      name: "Broken",
      nodes: [{ id: "m", type: "message", position: { x: 0, y: 0 }, data: {} }],
      edges: [],
    }),
  );
  assert.match(
    await parley.failure(importing(file, "--activate")),
    /"Broken" cannot be activated: The graph must have a start node.*\(PYGRA\)$/,
  );
  const { rows } = await database.pool.query("select from app_public.chatbots where name = 'Broken'");
  assert.equal(rows.length, 0, "all or nothing");
  await parley.json(importing(file));
  assert.match(await parley.failure(["chatbot", "activate", "Broken", "--tenant", "bakery"]), /\(PYGRA\)$/);
});

test("a file that is not a chatbot is refused", async () => {
  const write = async (name: string, text: string | Uint8Array) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const bad: [file: string, expected: RegExp][] = [
    [join(folder, "nowhere.json"), /there is no such file \(PYREQ\)$/],
    [folder, /it is a directory \(PYREQ\)$/],
    [await write("text.json", "Dear chatbot"), /valid JSON.*\(PYGRA\)$/],
    [await write("empty.json", ""), /\(PYGRA\)$/],
    [await write("list.json", "[]"), /\(PYGRA\)$/],
    [await write("null.json", "null"), /\(PYGRA\)$/],
    [await write("binary.json", new Uint8Array([0xff, 0xfe, 0, 1, 2])), /\(PYGRA\)$/],
    [await write("deep.json", `${"[".repeat(50_000)}${"]".repeat(50_000)}`), /\(PYGRA\)$/],
    [await write("proto.json", '{"name":"x","nodes":[],"edges":[],"__proto__":{"a":1}}'), /\(PYGRA\)$/],
    [await write("long.json", `"${"x".repeat(6_000_000)}"`), /\(PYGRA\)$/],
    [await write("huge.json", "x".repeat(21_000_000)), /21000000 bytes.*\(PYREQ\)$/],
    [
      await write("name.json", JSON.stringify({ name: "n".repeat(300), nodes: [], edges: [] })),
      /\((PYCON|PYGRA)\)$/,
    ],
    [
      await fileWith("Nul", [{ id: "m", type: "message", data: { content: "a\u0000b" } }]),
      /\(PY(REQ|GRA)\)$/,
    ],
  ];
  await Promise.all(
    bad.map(async ([file, expected]) => assert.match(await parley.failure(importing(file)), expected, file)),
  );
  assert.match(await parley.failure(["chatbot", "import", MENU, "--tenant", "nobody"]), /\(PYNFD\)$/);
  assert.match(await parley.failure(["chatbot", "activate", "Nobody", "--tenant", "bakery"]), /\(PYNFD\)$/);
});
