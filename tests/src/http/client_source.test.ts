import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { isProxyRange } from "../../../src/base/proxy_range.ts";
import { createSourceOf } from "../../../src/http/client_source.ts";

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  }) as unknown as IncomingMessage;

test("without trusted proxies the connection's address counts, whatever the headers say", () => {
  const sourceOf = createSourceOf([]);
  assert.equal(sourceOf(from("203.0.113.9", "198.51.100.1")), "203.0.113.9");
  assert.equal(sourceOf(from("127.0.0.1", "198.51.100.1")), "127.0.0.1");
  assert.equal(sourceOf(from(undefined)), "unknown");
});

test("behind trusted proxies the first address that is not one of theirs counts, from the right", () => {
  const sourceOf = createSourceOf(["loopback", "10.0.0.0/8", "2001:db8::5"]);
  assert.equal(sourceOf(from("127.0.0.1", "198.51.100.1")), "198.51.100.1");
  assert.equal(sourceOf(from("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3")), "198.51.100.1");
  assert.equal(sourceOf(from("2001:db8::5", "198.51.100.1")), "198.51.100.1");
  assert.equal(sourceOf(from("2001:db8::6", "198.51.100.1")), "2001:db8:0:0::/64");
  assert.equal(sourceOf(from("203.0.113.9", "198.51.100.1")), "203.0.113.9", "it came past the proxy");
  assert.equal(sourceOf(from("127.0.0.1")), "127.0.0.1");
  assert.equal(sourceOf(from("127.0.0.1", "198.51.100.1, nonsense")), "127.0.0.1");
});

test("a port that a proxy wrote beside the address does not make all its clients one source", () => {
  const sourceOf = createSourceOf(["loopback"]);
  assert.equal(sourceOf(from("127.0.0.1", "6.6.6.6, 198.51.100.1:50123")), "198.51.100.1");
  assert.equal(sourceOf(from("127.0.0.1", "[2001:db8:1:2::1]:50123")), "2001:db8:1:2::/64");
  assert.equal(sourceOf(from("127.0.0.1", "[2001:db8:1:2::1]")), "2001:db8:1:2::/64");
  assert.equal(sourceOf(from("127.0.0.1", "198.51.100.1:junk")), "127.0.0.1");
});

test("a /64 of IPv6 is one source, and an IPv4-mapped address is that IPv4 address", () => {
  const sourceOf = createSourceOf([]);
  assert.equal(sourceOf(from("2001:db8:1:2:aaaa::1")), "2001:db8:1:2::/64");
  assert.equal(sourceOf(from("2001:db8:1:2:bbbb::9")), "2001:db8:1:2::/64");
  assert.equal(sourceOf(from("::ffff:203.0.113.9")), "203.0.113.9");
});

test("what can be trusted is a name, an address or a range", () => {
  for (const good of ["loopback", "private", "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"])
    assert.ok(isProxyRange(good));
  for (const bad of ["", "proxy.example.com", "10.0.0.0/33", "toString"]) assert.ok(!isProxyRange(bad), bad);
});
