import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import { readDatabaseUrl, urlsOfHosts } from "../../../src/base/database_hosts.ts";

test("an address has one host or several, each with its own port", () => {
  const cases: Record<string, string[] | undefined> = {
    "postgres://u:p%2C@a/db": ["postgres://u:p%2C@a/db"],
    "postgres://u:p@a:1,b/db?sslmode=verify-full": [
      "postgres://u:p@a:1/db?sslmode=verify-full",
      "postgres://u:p@b/db?sslmode=verify-full",
    ],
    "postgresql://u@10.0.0.1:5432,[::1]:5433,c.example.com/db": [
      "postgresql://u@10.0.0.1:5432/db",
      "postgresql://u@[::1]:5433/db",
      "postgresql://u@c.example.com/db",
    ],
    "postgres://u:p@a,,b/db": undefined,
    "postgres://u:p@a:1,b:x/db": undefined,
    "mysql://a/db": undefined,
    nonsense: undefined,
  };
  for (const [address, hosts] of Object.entries(cases)) {
    const url = readDatabaseUrl(address);
    assert.deepEqual(url && urlsOfHosts(url), hosts, address);
  }
});

test("only the primary is wanted, and a replica is one host", () => {
  const read = (settings: Record<string, string>) => () => readConfig(settings);
  const twoHosts = "postgres://a,b/db?target_session_attrs";
  for (const wanted of ["read-write", "primary"]) read({ DATABASE_URL: `${twoHosts}=${wanted}` })();
  assert.throws(read({ DATABASE_URL: `${twoHosts}=any` }), /^ConfigError: DATABASE_URL: .*read-write/);
  assert.throws(read({ DATABASE_READ_URL: "postgres://a,b/db" }), /DATABASE_READ_URL: must have one host/);
});
