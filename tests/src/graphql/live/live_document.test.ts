import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, type OperationDefinitionNode, parse, print } from "postgraphile/graphql";
import { dependsOnUser, liveDocument } from "../../../../src/graphql/live/live_document.ts";

/** As liveSchema() makes it: the query type has the subscriptions. */
const SCHEMA = buildSchema(`
  schema { query: Subscription }
  type Subscription { messageAdded(conversationId: ID): [Message] }
  type Message { id: ID conversation: Conversation note: Note }
  type Conversation { id: ID isMine: Boolean messages: [Message] }
  type Note { text: String }
`);
const live = (query: string) => {
  const document = parse(query);
  return liveDocument(SCHEMA, document, document.definitions[0] as OperationDefinitionNode);
};

test("a subscription becomes a query of the same selections, and its root field is found in fragments", () => {
  const { document, root } = live(
    "subscription S { ...Root } fragment Root on Subscription { ... on Subscription { m: messageAdded { id } } }",
  );
  assert.match(print(document), /^query S \{\s+\.\.\.Root\s+\}\s+fragment Root on Subscription/);
  assert.equal(root.alias?.value, "m");
  assert.equal(root.name.value, "messageAdded");
});

test("layout and comments make no difference to what is shared", () => {
  const [a, b] = [
    live("subscription { messageAdded { id } }"),
    live("subscription {\n # all\n messageAdded { id, } }"),
  ];
  assert.equal(a.text, b.text);
  assert.notEqual(a.text, live("subscription { messageAdded { conversation { id } } }").text);
});

test("what depends on the user is found wherever it is selected", () => {
  const isFound = (query: string) =>
    dependsOnUser(SCHEMA, live(query).document, new Set(["Conversation.isMine", "Note"]));
  assert.equal(isFound("subscription { messageAdded { id conversation { id messages { id } } } }"), false);
  assert.equal(isFound("subscription { messageAdded { conversation { mine: isMine } } }"), true);
  assert.equal(isFound("subscription { messageAdded { note { text } } }"), true);
  assert.equal(
    isFound("subscription { messageAdded { ...M } } fragment M on Message { conversation { isMine } }"),
    true,
  );
});
