import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { readConfig } from "../../../../src/base/config.ts";
import { createLog } from "../../../../src/base/log.ts";
import { createPool } from "../../../../src/database/pool.ts";
import { requirePlainLogin } from "../../../../src/graphql/auth/plain_login.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";

const log = createLog("silent");

let database: TestDatabase;
let name: string;
before(async () => {
  database = await createTestDatabase();
  name = (await database.pool.query("select current_database() as name")).rows[0].name;
});
after(() => database.drop());

// In this database only: the role is the whole server's, and other tests use it.
const ALTERATIONS = [
  "default_transaction_read_only = on",
  "search_path = pg_temp",
  "role = parley_visitor",
  "row_security = off",
];

for (const setting of ALTERATIONS)
  test(`what the API's login has set for itself does not last: ${setting}`, async () => {
    const intruder = new pg.Client({ connectionString: database.authenticatorUrl });
    await intruder.connect();
    await intruder.query(`alter role parley_authenticator in database ${name} set ${setting}`);
    await intruder.end();

    const pool = createPool(database.authenticatorUrl, "api", readConfig({}), log, {
      onConnect: (client) => requirePlainLogin(client, log),
    });
    try {
      await assert.rejects(pool.query("select 1"), { code: "PYUNA" });
      const { rows } = await pool.query(
        `select current_setting('default_transaction_read_only') as read_only,
           current_setting('search_path') as path,
           current_user::text as login,
           current_setting('row_security') as row_security`,
      );
      assert.deepEqual(rows, [
        {
          read_only: "off",
          path: '"$user", public',
          login: "parley_authenticator",
          row_security: "on",
        },
      ]);
    } finally {
      await pool.end();
    }
  });
