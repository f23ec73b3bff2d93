import { randomUUID } from "node:crypto";
import type pg from "pg";
import { copyIn } from "../stage/copy_in.ts";

export type CopyResult = { perSecond: number; rows: number };

const ROWS = 40_000;
const COLUMNS =
  "tenant_id, id, conversation_id, direction, author, origin, type, content, preview, provider_message_id, metadata, occurred_at, created_at";

/** Copies rows into a table like messages, with its checks and indexes, as one backend can; the best of two. */
export async function measureCopy(client: pg.Client): Promise<CopyResult> {
  await client.query(`
    create schema if not exists bench;
    drop table if exists bench.messages;
    create table bench.messages (like app_public.messages including all) partition by range (id);
    create table bench.messages_all partition of bench.messages for values from (minvalue) to (maxvalue)`);
  let perSecond = 0;
  for (let time = 0; time < 2; time += 1) {
    const bytes = rows();
    const began = performance.now();
    await copyIn(client, `copy bench.messages (${COLUMNS}) from stdin`, bytes);
    perSecond = Math.max(perSecond, ROWS / ((performance.now() - began) / 1000));
  }
  await client.query("drop table bench.messages");
  return { perSecond, rows: ROWS };
}

/** Inbound texts of one tenant, of 5,000 conversations, as the text format of COPY has them. */
function rows(): Buffer {
  const tenantId = randomUUID();
  const conversationIds = Array.from({ length: 5000 }, () => randomUUID());
  const now = new Date().toISOString();
  const millis = Date.now().toString(16).padStart(12, "0");
  const front = `${millis.slice(0, 8)}-${millis.slice(8)}-7`;
  const lines: string[] = [];
  for (let row = 0; row < ROWS; row += 1) {
    const text = `Hello, this is message ${row}. Is my order on its way?`;
    lines.push(
      [
        tenantId,
        front + randomUUID().slice(15),
        conversationIds[row % conversationIds.length],
        "inbound\tcontact\tlive\ttext",
        JSON.stringify({ body: text }),
        text,
        `wamid.copy.${row}`,
        "{}",
        now,
        now,
      ].join("\t"),
    );
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}
