import assert from "node:assert/strict";
import { test } from "node:test";
import { WaitingRoom } from "../../../src/graphql/websocket/waiting_room.ts";

function aRoom() {
  const room = new WaitingRoom({ most: 5, mostOfSource: 3 });
  const out: string[] = [];
  const guest = (name: string) => ({ terminate: () => void out.push(name) });
  return { room, out, guest };
}

test("of one source the one that has been silent longest goes", () => {
  const { room, out, guest } = aRoom();
  for (const name of ["1", "2", "3", "4", "5"]) room.enter("a", guest(name));
  assert.deepEqual(out, ["1", "2"]);
});

test("who shows a token makes room", () => {
  const { room, out, guest } = aRoom();
  const first = guest("1");
  room.enter("a", first);
  room.leave("a", first);
  room.leave("a", first);
  for (const name of ["2", "3", "4"]) room.enter("a", guest(name));
  assert.deepEqual(out, []);
});

test("of all together, the source with the most loses one", () => {
  const { room, out, guest } = aRoom();
  for (const name of ["1", "2", "3"]) room.enter("a", guest(name));
  room.enter("b", guest("4"));
  room.enter("c", guest("5"));
  room.enter("d", guest("6"));
  room.enter("e", guest("7"));
  assert.deepEqual(out, ["1", "2"]);
});
