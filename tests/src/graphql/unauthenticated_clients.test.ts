import assert from "node:assert/strict";
import { test } from "node:test";
import { UnauthenticatedClients } from "../../../src/graphql/websocket/unauthenticated_clients.ts";

function aRoom() {
  const room = new UnauthenticatedClients({ most: 5, mostOfSource: 3 });
  const out: string[] = [];
  const guest = (name: string) => ({ terminate: () => void out.push(name) });
  return { room, out, guest };
}

test("of one source the oldest connection is closed", () => {
  const { room, out, guest } = aRoom();
  for (const name of ["1", "2", "3", "4", "5"]) room.add("a", guest(name));
  assert.deepEqual(out, ["1", "2"]);
});

test("a client that sends a token frees its place", () => {
  const { room, out, guest } = aRoom();
  const first = guest("1");
  room.add("a", first);
  room.remove("a", first);
  room.remove("a", first);
  for (const name of ["2", "3", "4"]) room.add("a", guest(name));
  assert.deepEqual(out, []);
});

test("at the total limit, the source with the most connections loses one", () => {
  const { room, out, guest } = aRoom();
  for (const name of ["1", "2", "3"]) room.add("a", guest(name));
  room.add("b", guest("4"));
  room.add("c", guest("5"));
  room.add("d", guest("6"));
  room.add("e", guest("7"));
  assert.deepEqual(out, ["1", "2"]);
});
