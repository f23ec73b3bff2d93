import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import type pg from "pg";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import type { OutboundMessage } from "../../src/channels/outbound.ts";
import type { Outcome } from "../../src/channels/outcome.ts";
import { createPool } from "../../src/database/pool.ts";
import { Sender } from "../../src/outbox/sender.ts";
import { TurnTaker } from "../../src/runner/turn_taker.ts";
import { ECHO_BOT } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { say } from "../support/outbound.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { startProgram, testKeyRing } from "../support/program.ts";
import { watchRoundTrips } from "../support/round_trips.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { postWebhook, texts, webhookBody } from "../support/webhooks.ts";

/** How often the program asks the database for one item, and what it asks together: the price of every message. */

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const log = createLog("silent");

function aPool(t: TestContext): pg.Pool {
  const pool = createPool(database.ownerUrl, "test", readConfig({ NODE_ENV: "test" }), log);
  t.after(() => pool.end());
  return pool;
}

/** It sends to a provider that accepts everything at once. */
function aSender(pool: pg.Pool): Sender {
  const adapter = {
    readAccess: async () => ({ accessToken: "token" }),
    post: async ({ id }: OutboundMessage): Promise<Outcome> => ({
      kind: "sent",
      providerMessageId: `wamid.${id}`,
      recipient: null,
    }),
    close: async () => {},
  };
  const channels = { adapterOf: () => adapter, accessTo: adapter.readAccess, close: adapter.close };
  return new Sender({ pool, channels, log });
}

test("a message that is due: one round trip to claim it, one to record it and claim the next, one to look ahead", async (t) => {
  const pool = aPool(t);
  const trips = watchRoundTrips(pool);
  const thread = await aConversation(database.pool, await aWorkspace(database.pool));
  await say(database.pool, thread, "Hello");
  await aSender(pool).drain();
  assert.deepEqual(trips, [["claim_outbox"], ["record_outcomes", "claim_outbox"], ["next_send_in"]]);
});

test("a webhook of messages: one round trip, once its channel is known", async (t) => {
  let trips: string[][] = [];
  const program = await startProgram(database, {
    withWorker: false,
    onPool(pool) {
      trips = watchRoundTrips(pool);
    },
  });
  t.after(() => program.stop());
  const workspace = await program.connectedWorkspace();
  const post = async (...bodies: string[]) => {
    const { status } = await postWebhook(
      program.url,
      workspace,
      webhookBody(workspace, texts("15550001234", ...bodies)),
    );
    assert.equal(status, 200);
  };
  await post("Hello");
  trips.length = 0;
  await post("one", "two", "three");
  assert.deepEqual(trips, [["receive_webhooks"]]);
});

test("a chatbot's turn: one round trip to claim it, and one to save it and claim what it says", async (t) => {
  const pool = aPool(t);
  const trips = watchRoundTrips(pool);
  const sendingPool = aPool(t);
  let sender = aSender(sendingPool);
  const turns = new TurnTaker({
    pool,
    keyRing: testKeyRing,
    publicUrl: "https://parley.example",
    sendReplies: (pipeline) => sender.drainAfterCommit(pipeline),
    log,
  });
  const workspace = await aWorkspace(database.pool);
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const thread = await aConversation(database.pool, workspace);
  const talk = async () => {
    await hear(database.pool, workspace, thread, {});
    await turns.drain();
    // It waits for the run that the turn has started.
    await sender.stop(10_000);
  };
  await talk();

  sender = aSender(sendingPool);
  trips.length = 0;
  await talk();
  const [claiming, noting, saving = []] = trips;
  // The look for what is left may come while the claim is still unanswered.
  assert.deepEqual(
    [claiming, noting, saving.slice(0, 3)],
    [
      ["begin", "claim_chatbot_turns"],
      // On another connection: committed before the turn is played.
      ["begin_chatbot_turns"],
      ["save_chatbot_turns", "commit", "claim_outbox"],
    ],
  );
});
