import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublicAddress, literalAddress } from "../../../../src/http/guarded/public_address.ts";

test("public addresses are public", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "157.240.22.53", "2606:4700::1111", "2a03:2880:f103::1"]) {
    assert.ok(isPublicAddress(address), address);
  }
});

test("everything else is not", () => {
  for (const address of [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "::1",
    "::127.0.0.1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "localhost",
    "",
    "8.8.8.8.8",
  ]) {
    assert.ok(!isPublicAddress(address), address);
  }
});

test("a URL's host is a literal address or a name", () => {
  assert.equal(literalAddress(new URL("http://2130706433/").hostname), "127.0.0.1");
  assert.equal(literalAddress("[::1]"), "::1");
  assert.equal(literalAddress("example.org"), null);
});
