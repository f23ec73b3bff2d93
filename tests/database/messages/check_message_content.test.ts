import assert from "node:assert/strict";
import type pg from "pg";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { type ContentExample, contentExamples } from "./content_examples.ts";
import { interactiveExamples } from "./interactive_examples.ts";

const story = stories();

async function codeOf(db: pg.PoolClient, { type, content }: ContentExample): Promise<string> {
  await db.query("savepoint example");
  try {
    await db.query("select app_hidden.check_message_content($1, $2)", [type, JSON.stringify(content)]);
    return "fine";
  } catch (error) {
    await db.query("rollback to savepoint example");
    return (error as pg.DatabaseError).code ?? String(error);
  }
}

story("every shape and limit of a message's content: what Meta would refuse is PYCNT here", async (db) => {
  const all = [...contentExamples, ...interactiveExamples];
  assert.ok(all.length > 150);
  const surprises: string[] = [];
  for (const example of all) {
    const code = await codeOf(db, example);
    if (code !== (example.isFine ? "fine" : "PYCNT")) surprises.push(`${example.what}: ${code}`);
  }
  assert.deepEqual(surprises, []);
});

story("it is a rule of the table for all inserts, except for messages from customers", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const insert = (direction: string) =>
    db.query(
      "insert into app_public.messages (conversation_id, direction, type, content) values ($1, $2, 'text', '{}')",
      [conversationId, direction],
    );
  await insert("inbound");
  await assert.rejects(insert("outbound"), { code: "PYCNT", message: /body must be given/ });
});
