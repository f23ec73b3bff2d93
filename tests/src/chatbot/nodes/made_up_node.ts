import { LEAVE } from "../../../../src/chatbot/engine/step.ts";
import {
  choice,
  defineFields,
  headers,
  list,
  node as nodeField,
  number,
  output,
  pattern,
  reference,
  secret,
  template,
  text,
  variable,
} from "../../../../src/chatbot/fields/define_fields.ts";
import { defineNode } from "../../../../src/chatbot/nodes/define_node.ts";
import { NodeKinds } from "../../../../src/chatbot/nodes/node_kinds.ts";
import { NODE_KINDS } from "../../../../src/chatbot/nodes/registry.ts";
import { sendRequest } from "../../../../src/chatbot/request/send_request.ts";

/** A kind of node that is nowhere else: everything that is known of it stands here. */
const FIELDS = defineFields({
  carrier: reference("data_source", "Who delivers.", { required: "missing_carrier" }),
  address: template("Where the parcel goes.", {
    required: "missing_address",
    limit: 40,
    warnsOverLimit: true,
  }),
  speed: choice("How fast.", ["normal", "express"]),
  pieces: number("How many pieces.", { default: 1, min: 1, max: 9, isInteger: true }),
  weightVariable: variable("The path of its weight."),
  code: pattern("What its number looks like."),
  sentHeaders: headers("Headers."),
  account: secret("The sender's account."),
  depots: list(
    "Where it may wait.",
    defineFields({ id: text("The exit."), keeper: reference("member", "Who.") }),
  ),
  lostNodeId: nodeField("Where the run goes when it is lost."),
  parcelVariable: output("Receives its number."),
});

const sendParcel = defineNode({
  kind: "send_parcel",
  about: "Sends a parcel, and waits until it is there.",
  fields: FIELDS,
  numberedAs: "parcel",
  results: { number: "its number" },
  exits: [
    { handle: "delivered", label: "it is there" },
    { handle: "refused", label: "the carrier refused it", leaves: "at_once" },
    { handle: "timeout", label: "it is late", leaves: "after_wait" },
  ],
  ownExits: (data) => FIELDS.depots.of(data).map((depot) => String((depot as { id: string }).id)),
  ownExitsAbout: "the ids of the depots",
  leaves: "after_reaction",
  waits: () => ({ kind: "callback_timeout", seconds: 7 * 86_400 }),
  needsWindow: () => true,
  emptyAnswer: { number: "P-0" },
  enter(turn, node) {
    const pieces = FIELDS.pieces.of(node.data);
    return sendRequest(turn, node, {
      target: { kind: "data_source", dataSourceId: FIELDS.carrier.of(node.data) },
      method: "POST",
      url: "/parcels",
      query: [],
      headers: [],
      body: { kind: "json", value: { to: turn.fillPlain(node, FIELDS.address.of(node.data)), pieces } },
      timeoutMs: 1000,
    });
  },
  receive(turn, node, event, waiting) {
    if (event.kind === "callback") return { kind: "exit", exits: [{ handle: "delivered" }, "plain"] };
    if (event.kind !== "http_result" || waiting.kind !== "http") return null;
    if (event.result.kind === "failure") return { kind: "exit", exits: [{ handle: "refused" }] };
    const { number: parcel } = event.result.body as { number: string };
    turn.assignResult(node, FIELDS.parcelVariable.of(node.data), "number", parcel);
    turn.say(node, `Your parcel: ${parcel}`);
    const timer = turn.timer("callback_timeout", 7 * 86_400);
    return { kind: "wait", waiting: { kind: "callback", nodeId: node.id, timer } };
  },
});

/** Loops: one kind may leave by another exit the second time, the other does the same for good. */
const tossCoin = defineNode({
  kind: "toss_coin",
  about: "Goes one way or the other.",
  fields: {},
  exits: [
    { handle: "heads", label: "heads" },
    { handle: "tails", label: "tails" },
  ],
  decides: true,
  enter: () => LEAVE,
});
const pass = defineNode({ kind: "pass", about: "Goes on.", fields: {}, exits: [], enter: () => LEAVE });

export const KINDS = new NodeKinds([...NODE_KINDS.all, sendParcel, tossCoin, pass]);
