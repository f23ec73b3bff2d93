import assert from "node:assert/strict";
import { before, test } from "node:test";
import { kindsAsData } from "../../src/chatbot/nodes/kinds_as_data.ts";
import { NODE_KINDS } from "../../src/chatbot/nodes/registry.ts";
import { blocksOf, document } from "../docs/document.ts";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

const QUERY = blocksOf(document("docs/graphql.md")).find(({ text }) => text.includes("chatbotNodeKinds"));

let database: TestDatabase;
let api: Api;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  agent = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});

test("the query in the docs returns all kinds of nodes to every signed-in user", async () => {
  const { data, errors, text } = await api.ask(agent, QUERY?.text ?? "");
  assert.equal(errors.length, 0, text);
  const kinds = kindsAsData(NODE_KINDS);
  assert.deepEqual(
    data.chatbotNodeKinds.map(({ kind, exits, results }: (typeof kinds)[number]) => [kind, exits, results]),
    kinds.map(({ kind, exits, results }) => [kind, exits, results]),
  );
  for (const [at, { kind, isStart, waits, decides, ownExits, fields }] of kinds.entries()) {
    const one = data.chatbotNodeKinds[at];
    assert.deepEqual(
      [one.isStart, one.waits, one.decides, one.ownExits],
      [isStart, waits, decides, ownExits],
      kind,
    );
    const shown = one.fields.map(({ items, type, ...rest }: { items: { name: string }[]; type: string }) => ({
      ...rest,
      type: type.toLowerCase(),
      items: items.map(({ name }) => name),
    }));
    assert.deepEqual(
      shown,
      fields.map(({ items, ...rest }) => ({ ...rest, items: items.map(({ name }) => name) })),
      kind,
    );
  }
});

test("callers without a token are refused", async () => {
  const { code, data } = await api.ask(null, "{ chatbotNodeKinds { kind } }");
  assert.deepEqual([code, data?.chatbotNodeKinds ?? null], ["PYDEN", null]);
});
