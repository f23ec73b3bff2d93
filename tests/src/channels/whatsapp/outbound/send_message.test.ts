import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphClient } from "../../../../../src/channels/whatsapp/outbound/graph_client.ts";
import { markRead } from "../../../../../src/channels/whatsapp/outbound/mark_read.ts";
import { pairBackoffMs } from "../../../../../src/channels/whatsapp/outbound/pair_backoff.ts";
import { sendMessage } from "../../../../../src/channels/whatsapp/outbound/send_message.ts";
import { type Answer, graphServer, json } from "./graph_server.ts";

const message = {
  id: "0193f6a2-7c1d-7e45-9b0a-3f2d5c6e7a81",
  type: "text",
  content: { body: "Good morning" },
  to: { phone: "+5511998765432", bsuid: null },
  replyToProviderMessageId: null,
  attempts: 1,
};
const accepted = {
  messaging_product: "whatsapp",
  contacts: [{ input: "+5511998765432", wa_id: "551198765432", user_id: "BR.842" }],
  messages: [{ id: "wamid.OUT", message_status: "accepted" }],
};

test("a message goes to the channel's number with its token, and comes back with its id", async (t) => {
  const { channel, graph, seen } = await graphServer(t, json(200, accepted));
  assert.deepEqual(await sendMessage(graph, channel, message), {
    kind: "sent",
    providerMessageId: "wamid.OUT",
    recipient: {
      phone: "+551198765432",
      phoneAlias: "+5511998765432",
      bsuid: "BR.842",
      parentBsuid: null,
      external: null,
    },
  });
  const [request] = seen;
  assert.equal(request?.method, "POST");
  assert.equal(request?.path, "/v25.0/604211900871234/messages");
  assert.equal(request?.headers.authorization, "Bearer EAAsecret");
  assert.equal(request?.headers["content-type"], "application/json");
  assert.equal(JSON.parse(String(request?.body)).biz_opaque_callback_data, message.id);
});

test("a message that Meta holds back to assess its template is sent, and says so", async (t) => {
  const held = {
    ...accepted,
    messages: [{ id: "wamid.OUT", message_status: "held_for_quality_assessment" }],
  };
  const { channel, graph } = await graphServer(t, json(200, held));
  const outcome = await sendMessage(graph, channel, message);
  assert.deepEqual([outcome.kind, "isHeld" in outcome && outcome.isHeld], ["sent", true]);
});

/** What an answer says of the recipient beyond the address that the message was posted to. */
const CASES: {
  says: string;
  to: { phone: string | null; bsuid: string | null };
  answer: { waId: string | null; userId: string | null };
  learns: object | null;
}[] = [
  {
    says: "nothing beyond the number it was posted to",
    to: { phone: "+15550100200", bsuid: null },
    answer: { waId: "15550100200", userId: null },
    learns: null,
  },
  {
    says: "nothing",
    to: { phone: null, bsuid: "US.1" },
    answer: { waId: null, userId: null },
    learns: null,
  },
  {
    says: "the user id",
    to: { phone: "+15550100200", bsuid: null },
    answer: { waId: "15550100200", userId: "US.1" },
    learns: { phone: "+15550100200", phoneAlias: null, bsuid: "US.1" },
  },
  {
    says: "the number",
    to: { phone: null, bsuid: "US.1" },
    answer: { waId: "15550100200", userId: "US.1" },
    learns: { phone: "+15550100200", phoneAlias: null, bsuid: "US.1" },
  },
  {
    says: "another spelling of the number",
    to: { phone: "+5511987654321", bsuid: null },
    answer: { waId: "551187654321", userId: null },
    learns: { phone: "+551187654321", phoneAlias: "+5511987654321", bsuid: null },
  },
];

for (const { says, to, answer, learns } of CASES)
  test(`an answer that names ${says}`, async (t) => {
    const contact = {
      ...(answer.waId && { wa_id: answer.waId }),
      ...(answer.userId && { user_id: answer.userId }),
    };
    const { channel, graph } = await graphServer(t, json(200, { ...accepted, contacts: [contact] }));
    const outcome = await sendMessage(graph, channel, { ...message, to });
    const recipient = learns && { parentBsuid: null, external: null, ...learns };
    assert.deepEqual(outcome, { kind: "sent", providerMessageId: "wamid.OUT", recipient });
  });

test("a customer to whom too much is sent waits longer each time", async (t) => {
  const { channel, graph } = await graphServer(t, json(400, { error: { code: 131056 } }));
  const waits: unknown[] = [];
  for (const attempts of [1, 2, 3]) {
    const outcome = await sendMessage(graph, channel, { ...message, attempts });
    waits.push(outcome.kind === "throttled" && outcome.scope === "contact" && outcome.retryAfterMs);
  }
  assert.deepEqual(waits, [1_000, 4_000, 16_000]);
});

test("connections are kept and used again", async (t) => {
  const { channel, graph, connections } = await graphServer(t, json(200, accepted));
  for (let i = 0; i < 10; i++) await sendMessage(graph, channel, message);
  assert.ok(connections() <= 2);
});

test("an error is classified by its code", async (t) => {
  const error = { code: 131047, message: "Re-engagement message", error_data: { details: "24 hours" } };
  const { channel, graph } = await graphServer(t, json(400, { error }));
  assert.deepEqual(await sendMessage(graph, channel, message), {
    kind: "rejected",
    code: "131047",
    title: "Re-engagement message",
    details: "24 hours",
  });
});

/** Whatever happens after the request went out, the message may have been sent. */
const LOSSES: [says: string, answer: Answer, reason: string][] = [
  ["silence", () => {}, "timeout"],
  ["a reset", (_seen, response) => response.destroy(), "UND_ERR_SOCKET"],
  [
    "half a response",
    (_seen, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    },
    "UND_ERR_SOCKET",
  ],
  ["200 without JSON", (_seen, response) => response.end("<html>"), "HTTP 200 without a message id"],
  ["200 without an id", json(200, { messages: [{}] }), "HTTP 200 without a message id"],
  ["500", json(500, {}), "HTTP 500 without an error code"],
  ["500 with a code", json(500, { error: { code: 131000 } }), "error 131000"],
  ["an endless response", (_seen, response) => response.end("x".repeat(2_000_000)), "RESPONSE_TOO_LARGE"],
];

for (const [says, answer, reason] of LOSSES) {
  test(`uncertain after ${says}`, async (t) => {
    const { channel, graph } = await graphServer(t, answer);
    const outcome = await sendMessage(graph, channel, message);
    assert.equal(outcome.kind, "uncertain");
    assert.equal(outcome.kind === "uncertain" && outcome.reason, reason);
  });
}

test("a send without a connection is unavailable: nothing was sent", async (t) => {
  const graph = createGraphClient({ timeoutMs: 500 });
  t.after(() => graph.close());
  const { channel } = await graphServer(t, json(200, accepted));
  const elsewhere = (graphUrl: string) => sendMessage(graph, { ...channel, graphUrl }, message);
  assert.deepEqual(await elsewhere("http://127.0.0.1:1"), { kind: "unavailable", reason: "ECONNREFUSED" });
  assert.equal((await elsewhere("http://no-such-host.invalid")).kind, "unavailable");
  assert.equal((await elsewhere("not a url")).kind, "unavailable");
  assert.equal((await elsewhere(channel.graphUrl.replace("http:", "https:"))).kind, "unavailable");
});

test("unavailable when it waited in vain for a free connection: it does not leave later either", async (t) => {
  const { channel, seen } = await graphServer(t, (arrived, response, request) => {
    if (seen.length > 1) json(200, accepted)(arrived, response, request);
  });
  const graph = createGraphClient({ timeoutMs: 300, connections: 1 });
  t.after(() => graph.close());
  const outcomes = await Promise.all([1, 2].map(() => sendMessage(graph, channel, message)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ["uncertain", "unavailable"],
  );
  assert.equal((await sendMessage(graph, channel, message)).kind, "sent");
  assert.equal(seen.length, 2, "the first, and the one after");
});

test("a redirect is not followed with the token", async (t) => {
  const { channel, graph, seen } = await graphServer(t, (_seen, response) => {
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  assert.equal((await sendMessage(graph, channel, message)).kind, "rejected");
  assert.equal(seen.length, 1);
});

test("a message without an address never leaves", async (t) => {
  const { channel, graph, seen } = await graphServer(t, json(200, accepted));
  assert.equal(
    (await sendMessage(graph, channel, { ...message, to: { phone: null, bsuid: null } })).kind,
    "rejected",
  );
  assert.equal(seen.length, 0);
});

test("no outcome holds the token or the text", async (t) => {
  for (const [, answer] of LOSSES) {
    const { channel, graph } = await graphServer(t, answer);
    const told = JSON.stringify(await sendMessage(graph, channel, message));
    assert.ok(!told.includes("EAAsecret") && !told.includes("Good morning"));
  }
});

test("marking read, with and without typing", async (t) => {
  const { channel, graph, seen } = await graphServer(t, json(200, { success: true }));
  const read = { providerMessageId: "wamid.IN", isTyping: false };
  assert.deepEqual(await markRead(graph, channel, read), { kind: "done" });
  assert.deepEqual(await markRead(graph, channel, { ...read, isTyping: true }), { kind: "done" });
  const body = { messaging_product: "whatsapp", status: "read", message_id: "wamid.IN" };
  assert.deepEqual(
    seen.map((request) => JSON.parse(String(request.body))),
    [body, { ...body, typing_indicator: { type: "text" } }],
  );
});

test("marking as read reports failures in the same way as sending", async (t) => {
  const { channel, graph } = await graphServer(t, json(401, { error: { code: 190, message: "expired" } }));
  assert.equal(
    (await markRead(graph, channel, { providerMessageId: "wamid.IN", isTyping: false })).kind,
    "channel_stopped",
  );
});

test("a pair waits 4^n seconds, an hour at most", () => {
  assert.deepEqual([0, 1, 2, 3, 20].map(pairBackoffMs), [1000, 4000, 16_000, 64_000, 600_000]);
});
