import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { getIntrospectionQuery } from "postgraphile/graphql";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Api, startApi } from "./support/api.ts";

let database: TestDatabase;
let development: Api;
let production: Api;
before(async () => {
  database = await createTestDatabase();
  development = await startApi(database, { NODE_ENV: "development" });
  production = await startApi(database, { NODE_ENV: "production" });
});
after(async () => {
  await development.close();
  await production.close();
  await database.drop();
});

const page = (api: Api, path: string) => fetch(api.url.replace("/graphql", path));

test("in development GraphiQL is served with its scripts, and introspection is allowed", async () => {
  const response = await page(development, "/graphiql");
  assert.equal(response.status, 200);
  const html = await response.text();
  const script = /["'](\/graphiql\/static\/[^"']+\.js)["']/.exec(html)?.[1];
  assert.ok(script, html.slice(0, 500));
  assert.equal((await page(development, script)).status, 200);
  const introspection = await development.ask(null, getIntrospectionQuery());
  assert.deepEqual(introspection.errors, []);
  assert.ok(introspection.data.__schema.types.length > 100);
});

test("in production neither is available", async () => {
  assert.equal((await page(production, "/graphiql")).status, 404);
  assert.equal((await page(production, "/graphiql/static/ruru.js")).status, 404);
  assert.equal((await production.ask(null, getIntrospectionQuery())).code, "PYREQ");
});
