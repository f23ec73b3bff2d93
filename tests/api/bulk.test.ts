import assert from "node:assert/strict";
import { before, test } from "node:test";
import { blocksOf, document } from "../docs/document.ts";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";
import { subscribe } from "./support/websocket.ts";

const COUNT = 500;
/** The example of the documentation. */
const CLOSE = blocksOf(document("docs/graphql.md"))
  .find(({ text }) => text.includes("closeConversations("))!
  .text.split("\n\nmutation")[0]!;

let database: TestDatabase;
let api: Api;
let agent: Person;
let ids: string[];
before(async () => {
  ({ database, api } = await borrowApi());
  const { tenantId, channelId } = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, tenantId, "agent");
  const { rows } = await database.pool.query(
    `with contact as (
       insert into app_public.contacts (tenant_id, name) select $1, 'Contact ' || n from generate_series(1, $3::int) n
       returning id
     )
     insert into app_public.conversations (tenant_id, channel_id, contact_id) select $1, $2, id from contact
     returning id`,
    [tenantId, channelId, COUNT],
  );
  ids = rows.map(({ id }) => id);
});

test("500 conversations are closed in one request, and subscribers hear of each", async () => {
  const listener = await subscribe(api, tokenOf(agent), "subscription { conversationChanged { id status } }");
  const { data, errors } = await api.ask(agent, CLOSE, { conversationIds: ids });
  assert.deepEqual(errors, []);
  assert.deepEqual(
    data.closeConversations.outcomes,
    ids.map((id) => ({ id, code: null, message: null })),
  );
  await listener.received(COUNT);
  const reported = new Map(
    listener.events.map(({ data }) => [data.conversationChanged.id, data.conversationChanged.status]),
  );
  assert.deepEqual([...reported.keys()].sort(), ids.toSorted());
  assert.deepEqual(new Set(reported.values()), new Set(["closed"]));
  await listener.stop();

  const notices = await database.pool.query(
    "select from app_public.messages where conversation_id = any ($1) and content ->> 'event' = 'closed'",
    [ids],
  );
  assert.equal(notices.rowCount, COUNT);
  const tooMany = await api.ask(agent, CLOSE, { conversationIds: [...ids, ids[0]] });
  assert.equal(tooMany.errors[0]?.extensions.code, "PYLIM");
});
