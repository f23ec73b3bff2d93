import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { FILE_TYPES, MEDIA_TYPES } from "../../../src/media/file_types.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("a kind of channel can send each type of file that is accepted, as what it is uploaded as", async () => {
  for (const { mimeType, type } of FILE_TYPES) {
    const { rows } = await database.pool.query<{ kind: string }>(
      `select k.kind from app_public.channel_kinds k
       where app_hidden.media_limit_problem(k.kind, $1, $2, 1) is null`,
      [type, mimeType],
    );
    assert.ok(rows.length > 0, `${mimeType} as ${type}`);
  }
});

test("the types of message that have a file are those of the database", async () => {
  const { rows } = await database.pool.query<{ type: string }>(
    "select distinct message_type::text as type from app_public.media_limits order by 1",
  );
  assert.deepEqual(
    rows.map(({ type }) => type),
    MEDIA_TYPES.toSorted(),
  );
});
