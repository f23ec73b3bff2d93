import assert from "node:assert/strict";
import { test } from "node:test";
import { body, factsOf, metadata } from "./bodies.ts";

type Sender = { from?: string; from_user_id?: string; from_parent_user_id?: string };

const said = (...senders: Sender[]) =>
  senders.map((sender, at) => ({ ...sender, id: `wamid.${at}`, type: "text", text: { body: "x" } }));

/** Of each message: its customer's number, user id and profile name. */
function customers(contacts: object[], ...senders: Sender[]): (string | null)[][] {
  return factsOf(body("messages", { metadata, contacts, messages: said(...senders) })).map((item) =>
    item.kind === "message" ? [item.contact.phone, item.contact.bsuid, item.profileName] : [],
  );
}

const ANN = { wa_id: "5511987654321", user_id: "BR.41", profile: { name: "Ann" } };

test("a card does not match the same digits in another area", () => {
  assert.deepEqual(customers([ANN], { from: "5511987654321" }, { from: "553187654321" }), [
    ["+5511987654321", "BR.41", "Ann"],
    ["+553187654321", null, null],
  ]);
});

test("a card matches its number in the other spelling, also among several cards", () => {
  const bob = { wa_id: "447700900124", profile: { name: "Bob" } };
  assert.deepEqual(customers([bob, ANN], { from: "551187654321" }, { from: "447700900124" }), [
    ["+5511987654321", "BR.41", "Ann"],
    ["+447700900124", null, "Bob"],
  ]);
});

test("a card does not match another number, even if the value has one of each", () => {
  assert.deepEqual(customers([ANN], { from: "447700900124" }), [["+447700900124", null, null]]);
});

test("a card does not lend its number to a sender whose number is another, though the user id is its own", () => {
  assert.deepEqual(customers([ANN], { from: "447700900124", from_user_id: "BR.41" }), [
    ["+447700900124", "BR.41", null],
  ]);
});

test("a card does not match another user id, whether or not the value has one message", () => {
  assert.deepEqual(customers([ANN], { from_user_id: "BR.42" }), [[null, "BR.42", null]]);
});

test("a card with only a number does not describe another sender if the number sent a message itself", () => {
  const { user_id: _, ...card } = ANN;
  assert.deepEqual(customers([card], { from: "5511987654321" }, { from_user_id: "BR.42" }), [
    ["+5511987654321", null, "Ann"],
    [null, "BR.42", null],
  ]);
  assert.deepEqual(customers([card], { from_user_id: "BR.41" }), [["+5511987654321", "BR.41", "Ann"]]);
});

test("a single card describes a message without a sender", () => {
  assert.deepEqual(customers([ANN], {}, { from: "5511987654321" }), [
    ["+5511987654321", "BR.41", "Ann"],
    ["+5511987654321", "BR.41", "Ann"],
  ]);
});

test("several cards do not describe a message without a sender", () => {
  assert.deepEqual(customers([ANN, { wa_id: "447700900124" }], {}), [[null, null, null]]);
});
