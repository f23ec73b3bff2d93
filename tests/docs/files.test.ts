import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { tokenOf } from "../api/support/api.ts";
import { type MediaApi, startMediaApi } from "../api/support/media_api.ts";
import { SAMPLES } from "../src/media/sample_files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { blocksOf, document, sectionOf } from "./document.ts";

let database: TestDatabase;
let api: MediaApi;
let workspace: Workspace;
let agent: Person;

before(async () => {
  database = await createTestDatabase();
  api = await startMediaApi({ after }, database);
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.drop();
});

const blocks = blocksOf(sectionOf(document("docs/graphql.md"), "## Files"));
const textOf = (wanted: string) => blocks.find(({ language }) => language === wanted)!.text;

/** A `curl` of the page as a request to this test's server, with a PDF. */
function requestOf(command: string): [url: string, init: RequestInit] {
  const url = /http:\/\/127\.0\.0\.1:4000(\S+)/.exec(command)![1]!;
  const headers = Object.fromEntries(
    [...command.matchAll(/-H (["'])(.*?): (.*?)\1/g)].map(([, , name, value]) => [
      name,
      value!.replace("$TOKEN", tokenOf(agent)),
    ]),
  );
  const pdf = new Uint8Array(SAMPLES.pdf);
  const form = new FormData();
  form.set("file", new File([pdf], "menu.pdf", { type: "application/pdf" }));
  const body = command.includes("-F file=@menu.pdf") ? form : pdf;
  return [api.url + url, { method: "POST", headers, body }];
}

test("the uploads of the page work, and answer as it says", async () => {
  const commands = textOf("sh").match(/^curl [\s\S]*?(?=^curl |(?![\s\S]))/gm) ?? [];
  assert.equal(commands.length, 2);
  const documented = JSON.parse(textOf("json"));
  for (const command of commands) {
    const response = await fetch(...requestOf(command));
    const body = (await response.json()) as Record<string, unknown>;
    assert.equal(response.status, 201, JSON.stringify(body));
    assert.deepEqual(Object.keys(body).sort(), Object.keys(documented).sort());
    for (const name of ["state", "type", "mimeType", "filename", "isVoice"])
      assert.equal(body[name], documented[name], name);
    assert.equal((await fetch(new URL(String(body.url), api.url))).status, 200);
  }
});

test("the query of the page shows the file of a message", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const { body } = await api.upload(agent, SAMPLES.png);
  await database.pool.query(
    "insert into app_public.messages (conversation_id, type, content, media_id) values ($1, 'image', '{}', $2)",
    [conversationId, body.id],
  );
  const { data, errors } = await api.ask(agent, textOf("graphql"), { conversationId });
  assert.equal(errors, undefined, JSON.stringify(errors));
  const [{ media }] = data.conversation.messages.nodes;
  assert.deepEqual([media.state, media.url], ["stored", body.url]);
  assert.equal((await fetch(new URL(media.url, api.url))).status, 200);
});
