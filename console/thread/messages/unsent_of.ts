import type { Connection } from "../../graphql/connection.ts";
import { currentSession } from "../../session/session.ts";
import { showProblem } from "../../ui/toasts.tsx";
import { ADD_NOTE, type Bubble, CLOSE, SEND, SEND_CANNED, SEND_TEMPLATE } from "../documents.ts";
import { type Unsent, UnsentMessages } from "./unsent.ts";

const ofConnection = new WeakMap<Connection, UnsentMessages>();

/** What was written in this session and is not stored yet; it outlives the thread in which it was written. */
export function unsentOf(connection: Connection): UnsentMessages {
  const known = ofConnection.get(connection);
  if (known) return known;
  const session = sessionKey();
  const unsent = new UnsentMessages({
    send: (each) => send(connection, each),
    close: (id) => connection.mutate(CLOSE, { id }).then(() => {}, showProblem),
    storage: sessionStorage,
    hasEnded: () => sessionKey() !== session,
  });
  ofConnection.set(connection, unsent);
  const again = () => unsent.sendAll();
  connection.socketState.onConnected(again);
  addEventListener("online", again);
  queueMicrotask(again);
  return unsent;
}

async function send(connection: Connection, unsent: Unsent): Promise<Bubble | null> {
  const { key: idempotencyKey, order } = unsent;
  switch (order.kind) {
    case "message": {
      const input = { ...order.input, idempotencyKey };
      return (await connection.mutate(SEND, { input })).sendMessage?.message ?? null;
    }
    case "template": {
      const input = { ...order.input, idempotencyKey };
      return (await connection.mutate(SEND_TEMPLATE, { input })).sendTemplate?.message ?? null;
    }
    case "canned": {
      const input = { ...order.input, idempotencyKey };
      return (await connection.mutate(SEND_CANNED, { input })).sendCannedReply?.message ?? null;
    }
    case "note":
      return (await connection.mutate(ADD_NOTE, { input: order.input })).addNote?.message ?? null;
    default:
      return order satisfies never;
  }
}

function sessionKey(): string {
  const session = currentSession();
  return `${session?.userId} ${session?.tenantId}`;
}
