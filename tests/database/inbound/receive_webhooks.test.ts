import assert from "node:assert/strict";
import type pg from "pg";
import { messageRow } from "../../support/messages.ts";
import { aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

type Customer = { phone?: string };

async function receive(db: pg.PoolClient, workspace: Workspace, ...customers: Customer[]): Promise<number> {
  const { tenantId, channelId } = workspace;
  const { rows } = await db.query("select stored from app_private.receive_webhooks('', '[]', $1, $2, '[]')", [
    JSON.stringify(
      customers.map((customer) => ({ tenant_id: tenantId, channel_id: channelId, ...customer })),
    ),
    JSON.stringify(customers.map((_, at) => messageRow(workspace, {}, at + 1))),
  ]);
  return rows[0].stored;
}

story(
  "a new message that no conversation can be found for fails: it is not dropped in silence",
  async (db) => {
    const workspace = await aWorkspace(db);
    assert.equal(await refusal(db, () => receive(db, workspace, { phone: "+15550001111" }, {})), "PYINT");
    assert.equal(await receive(db, workspace, { phone: "+15550001111" }), 1);
  },
);
