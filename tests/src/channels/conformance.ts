import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startKillableProcess } from "../../support/killable_process.ts";
import { sendMedia, storedFile } from "../../support/media.ts";
import { isThere, messageState, say, untilMessageState } from "../../support/outbound.ts";
import { until } from "../../support/until.ts";

/** What every kind of channel has to hold. A kind passes a stand-in for its provider, and the whole suite runs on it. */

export type StandIn = {
  /** The kind's value of the database's `channel_kind`. */
  kind: string;
  /** Starts the provider's stand-in and the receiver, and where asked the worker, on a database. */
  start(database: TestDatabase, options: { withWorker: boolean }): Promise<Stage>;
};

export type Stage = {
  /** The folder that is the worker's media storage. */
  mediaFolder: string;
  /** A channel of a new tenant at the stand-in. What the provider reports goes to `url`; defaults to the receiver. */
  connect(url?: string): Promise<Line>;
  stop(): Promise<void>;
};

/** One connected channel, as its provider and its customers see it. */
export type Line = {
  tenantId: string;
  channelId: string;
  /** The address of a customer whom nobody knows yet. */
  newCustomer(): string;
  /** A body in which customers say something, in this order. The same ids again are a redelivery. */
  saying(...said: Said[]): Buffer;
  /** A body that reports how messages of ours fared, by our ids; the provider has accepted them. */
  reporting(...reports: { messageId: string; status: Status }[]): Buffer;
  /** A body in which a customer sends a document, which the provider then has. */
  sending(said: { customer: string; id: string; bytes: Buffer }): Promise<Buffer>;
  /** Posts a body as the provider does; answers with the HTTP status. Signed for another channel where one is given. */
  post(body: Buffer, signedFor?: Line): Promise<number>;
  /** Our ids of the messages that the provider has accepted, in its order. */
  accepted(): string[];
  /** The file that an accepted message of ours shows. */
  fileOf(messageId: string): Promise<Buffer>;
  /** What is to happen with the next message to a customer. */
  next(customer: string, what: Trouble): void;
  /** What is to happen when the next file of a customer is fetched. */
  nextFile(what: FileTrouble): void;
};

export type Said = { customer: string; id: string; text: string };
export type Status = "sent" | "delivered" | "read" | "failed";
export type Trouble =
  /** Refused because of the rate; the one after is accepted. */
  | "throttled"
  /** Accepted, and the answer is lost. The statuses come later. */
  | "answer lost"
  /** Accepted, and the answer comes after seconds. */
  | "slow"
  /** Accepted, and the provider reports no status by itself. */
  | "silent";

export type FileTrouble =
  /** The provider does not have it any more. */
  | "gone"
  /** Other bytes than the provider has announced. */
  | "damaged"
  /** The connection breaks; the next one does not. */
  | "cut";

export function testConformance({ kind, start }: StandIn): void {
  let database: TestDatabase;
  let stage: Stage;
  before(async () => {
    database = await createTestDatabase();
    stage = await start(database, { withWorker: true });
  });
  after(async () => {
    await stage.stop();
    await database.drop();
  });

  let ids = 0;
  const newId = () => `conformance-${++ids}`;

  const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

  const textsOf = async ({ tenantId }: Line): Promise<string[]> =>
    (
      await query(
        "select content ->> 'body' as text from app_public.messages where tenant_id = $1 and direction = 'inbound' order by id",
        tenantId,
      )
    ).map(({ text }) => text);

  /** The conversation of a customer who has just written. */
  async function conversation(line: Line, customer = line.newCustomer()) {
    const id = newId();
    assert.equal(await line.post(line.saying({ customer, id, text: "hello" })), 200);
    const [row] = await query(
      "select conversation_id, contact_id from app_public.messages m join app_public.conversations c on c.id = m.conversation_id where m.tenant_id = $1 and m.provider_message_id = $2",
      line.tenantId,
      id,
    );
    assert.ok(row, "the message is stored once it is acknowledged");
    return { customer, conversationId: row.conversation_id as string, contactId: row.contact_id as string };
  }

  const times = (line: Line, messageId: string) => line.accepted().filter((id) => id === messageId).length;

  test(`${kind}: the channel is of this kind, and what it can do stands in a row`, async () => {
    const { channelId } = await stage.connect();
    const rows = await query(
      "select k.kind from app_public.channels c join app_public.channel_kinds k on k.kind = c.kind where c.id = $1",
      channelId,
    );
    assert.deepEqual(rows, [{ kind }]);
  });

  test(`${kind}: a message is stored once, however often it is delivered`, async () => {
    const line = await stage.connect();
    const said = { customer: line.newCustomer(), id: newId(), text: "once" };
    const body = line.saying(said);
    const answers = await Promise.all([1, 2, 3].map(() => line.post(body)));
    answers.push(
      await line.post(body),
      await line.post(line.saying(said, { ...said, id: newId(), text: "new" })),
    );
    assert.deepEqual(new Set(answers), new Set([200]));
    assert.deepEqual(await textsOf(line), ["once", "new"]);
  });

  test(`${kind}: messages are read in the order in which they were said`, async () => {
    const line = await stage.connect();
    const customer = line.newCustomer();
    const texts = Array.from({ length: 12 }, (_, at) => `text ${at}`);
    for (let at = 0; at < texts.length; at += 4) {
      const part = texts.slice(at, at + 4).map((text) => ({ customer, id: newId(), text }));
      assert.equal(await line.post(line.saying(...part)), 200);
    }
    assert.deepEqual(await textsOf(line), texts);
  });

  test(`${kind}: messages of ours go out in the order in which they were written`, async () => {
    const line = await stage.connect();
    const written = await say(database.pool, await conversation(line), "one", "two", "three", "four");
    for (const id of written) await untilMessageState(database.pool, id, ({ state }) => state === null);
    assert.deepEqual(line.accepted(), written);
  });

  test(`${kind}: a message with a file shows the file, in its place among the others`, async () => {
    const line = await stage.connect();
    const thread = await conversation(line);
    const bytes = randomBytes(50_000);
    const mediaId = await storedFile(database.pool, stage.mediaFolder, line.tenantId, bytes);
    const [before] = await say(database.pool, thread, "before");
    const picture = await sendMedia(database.pool, thread.conversationId, mediaId);
    const [after] = await say(database.pool, thread, "after");
    const written = [before!, picture, after!];
    for (const id of written) await untilMessageState(database.pool, id, ({ state }) => state === null);
    assert.deepEqual(line.accepted(), written);
    assert.deepEqual(await line.fileOf(picture), bytes);
  });

  /** Sends a file of a customer, and waits until it is not pending any more, or an attempt has failed. */
  async function receiveFile(line: Line, bytes: Buffer) {
    const said = { customer: line.newCustomer(), id: newId(), bytes };
    const body = await line.sending(said);
    assert.equal(await line.post(body), 200);
    assert.equal(await line.post(body), 200);
    return until("the outcome of the file", async () => {
      const rows = await query(
        `select d.* from app_public.messages m join app_public.media d on d.id = m.media_id
         where m.provider_message_id = $1 and (d.state <> 'pending' or d.error_code is not null)`,
        said.id,
      );
      assert.ok(rows.length <= 1);
      return rows[0];
    });
  }

  test(`${kind}: a customer's file is stored, once`, async () => {
    const line = await stage.connect();
    const bytes = randomBytes(50_000);
    const media = await receiveFile(line, bytes);
    assert.deepEqual([media.state, media.type, media.size], ["stored", "document", bytes.length]);
    const files = await query(
      "select storage_key from app_private.media_files where tenant_id = $1",
      line.tenantId,
    );
    assert.equal(files.length, 1);
    assert.deepEqual(await readFile(join(stage.mediaFolder, files[0].storage_key)), bytes);
  });

  test(`${kind}: a customer's file that cannot be stored says why; what is temporary is fetched again`, async () => {
    const outcomes: [FileTrouble, state: string, code: string][] = [
      ["gone", "gone", "PYGON"],
      ["damaged", "failed", "PYMED"],
      ["cut", "pending", "PYUNR"],
    ];
    for (const [trouble, state, code] of outcomes) {
      const line = await stage.connect();
      line.nextFile(trouble);
      const media = await receiveFile(line, randomBytes(50_000));
      assert.deepEqual([media.state, media.error_code], [state, code], trouble);
      if (trouble === "gone") continue;
      await query("select from app_public.fetch_media($1)", media.id);
      await until("the file to be stored", async () => {
        const [row] = await query("select state from app_public.media where id = $1", media.id);
        return row.state === "stored";
      });
    }
  });

  test(`${kind}: statuses in any order and number end the same`, async () => {
    const line = await stage.connect();
    const orders: Status[][] = [
      ["sent", "delivered", "read"],
      ["read", "delivered", "sent"],
      ["delivered", "delivered", "read", "sent", "sent", "read"],
      ["read"],
      ["failed", "read"],
      ["read", "failed", "delivered"],
    ];
    for (const order of orders) {
      const thread = await conversation(line);
      line.next(thread.customer, "silent");
      const [messageId] = await say(database.pool, thread, "hello");
      await untilMessageState(database.pool, messageId!, ({ state }) => state === null);
      for (const status of order)
        assert.equal(await line.post(line.reporting({ messageId: messageId!, status })), 200);
      const { status, error_code } = await messageState(database.pool, messageId!);
      assert.deepEqual([status, error_code], ["read", null], order.join(", "));
    }
  });

  test(`${kind}: what is refused because of its rate is sent later, once`, async () => {
    const line = await stage.connect();
    const thread = await conversation(line);
    line.next(thread.customer, "throttled");
    const [messageId] = await say(database.pool, thread, "hello");
    const row = await untilMessageState(database.pool, messageId!, isThere, 20_000);
    assert.equal(row.attempts, 2);
    assert.equal(times(line, messageId!), 1);
  });

  test(`${kind}: a message with a lost response is uncertain until a status arrives, and is never sent twice`, async () => {
    const line = await stage.connect();
    const thread = await conversation(line);
    line.next(thread.customer, "answer lost");
    const [first, second] = await say(database.pool, thread, "one", "two");
    const uncertain = await untilMessageState(database.pool, first!, ({ state }) => state === "uncertain");
    assert.equal(uncertain.status, "uncertain");
    assert.equal((await messageState(database.pool, second!)).attempts, 0, "it holds up what is behind it");
    await untilMessageState(database.pool, first!, isThere);
    await untilMessageState(database.pool, second!, isThere);
    assert.deepEqual([times(line, first!), times(line, second!)], [1, 1]);
  });

  test(`${kind}: a customer who has opted out is not written to`, async () => {
    const line = await stage.connect();
    const thread = await conversation(line);
    await query("update app_public.contacts set opted_out_at = now() where id = $1", thread.contactId);
    await assert.rejects(say(database.pool, thread, "hello"), { code: "PYOPT" });
    assert.deepEqual(line.accepted(), []);
  });

  test(`${kind}: a body of one tenant's channel reaches no other tenant`, async () => {
    const [ours, theirs] = [await stage.connect(), await stage.connect()];
    const customer = theirs.newCustomer();
    const forged = theirs.saying({ customer, id: newId(), text: "forged" });
    // To their address with our signature, and to our address with theirs.
    assert.equal(await theirs.post(forged, ours), 401);
    assert.equal(await ours.post(forged, theirs), 401);
    // Signed by us at our own address: accepted, kept, and for nobody.
    assert.equal(await ours.post(forged, ours), 200);
    const thread = await conversation(theirs);
    const [messageId] = await say(database.pool, thread, "hello");
    const before = await untilMessageState(database.pool, messageId!, isThere);
    assert.equal(await ours.post(theirs.reporting({ messageId: messageId!, status: "failed" }), ours), 200);
    assert.deepEqual(await messageState(database.pool, messageId!), before);
    assert.deepEqual([await textsOf(ours), await textsOf(theirs)], [[], ["hello"]]);
  });

  test(`${kind}: a body that is unknown or malformed is acknowledged and kept as it came`, async () => {
    const line = await stage.connect();
    const bodies = ["{}", "[]", '{"surprise": [1, 2, {"deep": null}]}', "{", "\u0000", '"text"'].map((text) =>
      Buffer.from(text),
    );
    for (const body of bodies) assert.equal(await line.post(body), 200);
    const rows = await query(
      "select body, error, skipped from app_public.webhook_events where tenant_id = $1 order by id",
      line.tenantId,
    );
    assert.deepEqual(
      rows.map((row) => row.body),
      bodies,
    );
    for (const { error, skipped } of rows)
      assert.ok(error !== null || skipped.length > 0, "a reason is noted");
  });

  testCrash({ kind, start });
}

/** kill -9 of the worker after the provider has accepted a message, and before that is recorded. */
function testCrash({ kind, start }: StandIn): void {
  test(`${kind}: kill -9 between claim and record loses no message and sends none twice`, {
    timeout: 60_000,
  }, async (t) => {
    const database = await createTestDatabase();
    const killable = await startKillableProcess(database.ownerUrl);
    const stage = await start(database, { withWorker: false });
    t.after(async () => {
      await killable.kill();
      await stage.stop();
      await database.drop();
    });
    const line = await stage.connect(killable.url);
    const said = { customer: line.newCustomer(), id: "conformance-crash", text: "hello" };
    await killable.start();
    assert.equal(await line.post(line.saying(said)), 200);
    const { rows } = await database.pool.query(
      "select conversation_id from app_public.messages where provider_message_id = $1",
      [said.id],
    );
    line.next(said.customer, "slow");
    const thread = { conversationId: rows[0].conversation_id };
    const [first, second] = await say(database.pool, thread, "one", "two");
    await until("the provider to accept it", () => line.accepted().includes(first!));
    await killable.kill();
    assert.equal((await messageState(database.pool, first!)).state, "sending");
    await killable.start();
    await until(
      "both to arrive",
      async () => {
        // The lease of the dead runs out.
        await database.pool.query(
          "update app_private.outbox set lease_until = now() where message_id = $1 and state = 'sending'",
          [first],
        );
        await database.pool.query(
          "select graphile_worker.add_job('reconcile_outbox', job_key := 'conformance')",
        );
        const fates = await Promise.all([first!, second!].map((id) => messageState(database.pool, id)));
        return fates.every(isThere);
      },
      40_000,
    );
    assert.deepEqual(line.accepted(), [first, second]);
  });
}
