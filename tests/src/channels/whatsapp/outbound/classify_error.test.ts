import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyError } from "../../../../../src/channels/whatsapp/outbound/classify_error.ts";
import { classOfCode } from "../../../../../src/channels/whatsapp/outbound/error_codes.ts";

function reply(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { kind: "reply" as const, status, headers, bytes: Buffer.from(JSON.stringify(body)) };
}
const failed = (code: number, more: object = {}, status = 400) =>
  classifyError(reply(status, { error: { code, message: "M", ...more } }));

/** Each line of the table "Errors" in docs/reference/cloud-api.md. */
const CODES: [class_: string, codes: number[]][] = [
  [
    "channel_stopped",
    [
      0, 190, 3, 10, 200, 250, 299, 131005, 368, 131031, 131042, 131044, 134011, 131037, 131045, 133000,
      133005, 133006, 133008, 133009, 133010, 133015, 133016,
    ],
  ],
  ["throttled", [4, 80007, 130429, 131056, 131057, 134101, 139102, 131208]],
  [
    "rejected",
    [
      131048, 131049, 131050, 131047, 470, 131026, 130472, 130497, 131055, 131063, 134100, 132016, 138000,
      138023, 139100, 139103, 131020, 131041, 131202, 131207, 131209, 131215, 2593107, 2593109, 131008,
      131009, 100, 33, 131021, 135000, 131051, 132007, 131052, 131053, 131030, 131059, 131062, 130403, 131064,
      132000, 132005, 132008, 132012, 132018, 2388019, 2388299, 132001, 132015, 132068, 132069, 139000,
      139006, 137000,
    ],
  ],
  ["uncertain", [131000, 131016, 1, 2, 133004, 2494100, 131201]],
];

for (const [expected, codes] of CODES) {
  for (const code of codes) {
    test(`${code}: ${expected}`, () => {
      assert.equal(classOfCode(code)?.class, expected, String(code));
      assert.equal(failed(code).kind, expected);
    });
  }
}

test("whose rate it was", () => {
  const scopes = [4, 80007, 130429, 131057, 131056].map((code) => {
    const failure = failed(code);
    return failure.kind === "throttled" && failure.scope;
  });
  assert.deepEqual(scopes, ["channel", "channel", "channel", "channel", "contact"]);
});

test("the code decides, whatever the HTTP status", () => {
  for (const status of [200, 400, 401, 404, 429, 500, 503]) {
    assert.equal(failed(131047, {}, status).kind, "rejected");
    assert.equal(failed(130429, {}, status).kind, "throttled");
  }
});

test("a code we do not know: rejected, but uncertain from a server in trouble or when it calls itself transient", () => {
  assert.equal(failed(424242).kind, "rejected");
  assert.equal(failed(424242, {}, 500).kind, "uncertain");
  assert.equal(failed(424242, { is_transient: true }).kind, "uncertain");
  assert.equal(failed(100, { is_transient: true }).kind, "uncertain");
  assert.equal(failed(130429, { is_transient: true }).kind, "throttled");
});

test("without a code the HTTP status decides", () => {
  const kinds = [302, 400, 401, 403, 404, 408, 429, 500, 502].map(
    (status) => classifyError(reply(status, "<html>")).kind,
  );
  assert.deepEqual(kinds, [
    "rejected",
    "rejected",
    "channel_stopped",
    "channel_stopped",
    "rejected",
    "uncertain",
    "throttled",
    "uncertain",
    "uncertain",
  ]);
});

test("a rejection says what was wrong", () => {
  const error = {
    message: "(#100) Invalid parameter",
    error_subcode: 33,
    error_data: { details: "No such id" },
  };
  assert.deepEqual(failed(100, error), {
    kind: "rejected",
    code: "100",
    title: "(#100) Invalid parameter",
    details: "No such id",
    mayLackMedia: true,
  });
});

test("the wait the provider names comes before the table's", () => {
  const wait = (code: number, headers: Record<string, string>) => {
    const failure = classifyError(reply(400, { error: { code } }, headers));
    return failure.kind === "throttled" ? failure.retryAfterMs : undefined;
  };
  assert.equal(wait(130429, {}), null);
  assert.equal(wait(131057, {}), 60_000);
  assert.equal(wait(131057, { "retry-after": "7" }), 7000);
  const usage = JSON.stringify({
    "330": [{ estimated_time_to_regain_access: 2 }, { estimated_time_to_regain_access: 19 }],
  });
  assert.equal(wait(80007, { "x-business-use-case-usage": usage }), 19 * 60_000);
  assert.equal(wait(80007, { "x-business-use-case-usage": "{", "retry-after": "soon" }), null);
  assert.equal(wait(80007, { "retry-after": "99999999" }), 24 * 60 * 60_000);
  const page = classifyError(reply(429, "<html>", { "retry-after": "7" }));
  assert.deepEqual(page, { kind: "throttled", code: "429", scope: "channel", retryAfterMs: 7000 });
});
