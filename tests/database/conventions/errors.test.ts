import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ERRORS, isErrorCode } from "../../../src/base/errors.ts";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

type Raising = { signature: string; comment: string; body: string; raises: string[]; codes: string[] };

let database: TestDatabase;
let functions: Raising[];
before(async () => {
  database = await borrowTestDatabase();
  const { rows } = await database.pool.query<{ signature: string; comment: string; body: string }>(
    `select p.oid::regprocedure::text as signature, coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
       regexp_replace(p.prosrc, '--[^\\n]*', '', 'g') as body
     from pg_proc p join pg_language l on l.oid = p.prolang
     where p.pronamespace::regnamespace::text like 'app\\_%' and l.lanname in ('sql', 'plpgsql')`,
  );
  functions = rows.map((row) => ({
    ...row,
    raises: row.body.match(/\braise\b[^;]*;/g) ?? [],
    codes: [...new Set(row.body.match(/'PY[A-Z]{3}'/g) ?? [])].map((quoted) => quoted.slice(1, -1)),
  }));
});
after(() => database.drop());

test("every raise carries a code: a registered one, or a variable that holds one of those the function names", () => {
  const bare = functions.flatMap(({ signature, raises, codes }) =>
    raises
      .filter((raise) => {
        const code = /errcode = (?:'(\w+)'|v_\w+\.code\b)/.exec(raise);
        return !code || (code[1] === undefined ? codes.length === 0 : !isErrorCode(code[1]));
      })
      .map((raise) => `${signature}: ${raise}`),
  );
  assert.deepEqual(bare, []);
  assert.ok(functions.some(({ raises }) => raises.length > 0));
});

test("every code that a function names is registered", () => {
  const unknown = functions.flatMap(({ signature, codes }) =>
    // PY000 is the class of all of them.
    codes.filter((code) => !isErrorCode(code) && code !== "PY000").map((code) => `${signature}: ${code}`),
  );
  assert.deepEqual(unknown, []);
});

test("a function that raises a code says so in its comment", () => {
  const silent = functions.flatMap(({ signature, comment, raises }) =>
    raises
      .flatMap((raise) => /errcode = '(\w+)'/.exec(raise)?.[1] ?? [])
      .filter((code) => !comment.includes(code))
      .map((code) => `${signature}: ${code}`),
  );
  assert.deepEqual(silent, []);
});

test("every registered code is explained, in docs/errors.md too, and in use", () => {
  const documentation = readFileSync("docs/errors.md", "utf8");
  const source = globSync("{src,embedded,sandbox,tasks}/**/*.ts", {
    exclude: (name) => name === "src/base/errors.ts",
  })
    .filter((file) => file !== "src/base/errors.ts")
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  for (const [code, { meaning, remedy }] of Object.entries(ERRORS)) {
    assert.match(code, /^PY[A-Z]{3}$/);
    assert.ok(documentation.includes(code), `${code} is not in docs/errors.md`);
    assert.match(meaning, /^[A-Z].*\.$/, code);
    assert.match(remedy, /^[A-Z].*\.$/, code);
    assert.ok(
      source.includes(code) || functions.some(({ codes }) => codes.includes(code)),
      `${code} is never raised`,
    );
  }
});
