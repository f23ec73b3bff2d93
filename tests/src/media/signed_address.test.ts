import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";
import { MediaAddresses } from "../../../src/media/signed_address.ts";

const SECRET = "a token secret for tests, long enough";
const NOW = Date.UTC(2026, 10, 28, 4, 1);
const MINUTE = 60_000;
const addresses = new MediaAddresses(SECRET, "https://parley.example.com");
const mediaId = randomUUID();

function parts(address: string) {
  const { pathname, searchParams } = new URL(address, "http://localhost");
  return { id: pathname.split("/")[2]!, query: Object.fromEntries(searchParams) as Record<string, unknown> };
}

test("an address gives access to its file, for ten to fifteen minutes", () => {
  for (const minutes of [0, 1, 4.99]) {
    const { id, query } = parts(addresses.sign({ mediaId, isDownload: false }, NOW + minutes * MINUTE));
    assert.deepEqual(addresses.verify(id, query, NOW + (minutes + 10) * MINUTE), {
      mediaId,
      isDownload: false,
    });
    assert.equal(addresses.verify(id, query, NOW + (minutes + 15) * MINUTE + 1), null);
  }
});

test("it is the same for some minutes, so that browsers can cache the file", () => {
  const at = (seconds: number) => addresses.sign({ mediaId, isDownload: false }, NOW + seconds * 1000);
  assert.equal(at(0), at(239));
  assert.notEqual(at(0), at(240));
});

test("it is absolute with a public address, and relative without", () => {
  assert.match(addresses.sign({ mediaId, isDownload: false }), /^https:\/\/parley\.example\.com\/media\//);
  assert.match(new MediaAddresses(SECRET, "").sign({ mediaId, isDownload: false }), /^\/media\//);
});

test("no part of it can be changed", () => {
  const { id, query } = parts(addresses.sign({ mediaId, isDownload: false }, NOW));
  const forged: [string, Record<string, unknown>][] = [
    [randomUUID(), query],
    [id.toUpperCase(), query],
    [id, { ...query, expires: String(Number(query.expires) + 1) }],
    [id, { ...query, expires: `0${query.expires}` }],
    [id, { ...query, expires: [query.expires, query.expires] }],
    [id, { ...query, expires: "Infinity" }],
    [id, { ...query, expires: undefined }],
    [id, { ...query, download: "true" }],
    [id, { ...query, download: "false" }],
    [id, { ...query, download: ["true"] }],
    [id, { ...query, signature: undefined }],
    [id, { ...query, signature: "" }],
    [id, { ...query, signature: [query.signature] }],
    [id, { ...query, signature: `${query.signature}=` }],
    [id, { ...query, signature: "A".repeat(43) }],
  ];
  for (const [name, values] of forged) assert.equal(addresses.verify(name, values, NOW), null);
  assert.ok(addresses.verify(id, query, NOW));
});

test("its key is neither the secret nor that of another use", () => {
  const { id, query } = parts(addresses.sign({ mediaId, isDownload: false }, NOW));
  const text = `${id}\n${query.expires}\nfalse`;
  for (const key of [SECRET, createHmac("sha256", SECRET).update("parley/refresh-token/1").digest()])
    assert.notEqual(createHmac("sha256", key).update(text).digest("base64url"), query.signature);
  const other = new MediaAddresses("another secret for tests, long enough", "");
  assert.equal(other.verify(id, query, NOW), null);
});
