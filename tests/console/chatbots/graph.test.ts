import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { draftOf } from "../../../console/chatbots/builder/draft_of.ts";
import { clipOf, paste, readClip, writeClip } from "../../../console/chatbots/graph/clipboard.ts";
import { countOf, differenceOf } from "../../../console/chatbots/graph/difference.ts";
import { type Draft, notesOf, positionOf } from "../../../console/chatbots/graph/draft.ts";
import {
  addNode,
  connect,
  disconnect,
  freeId,
  move,
  putNote,
  remove,
  renameExit,
  setField,
  setSetting,
} from "../../../console/chatbots/graph/edits.ts";
import { exitsOf, freeExit, shownExits } from "../../../console/chatbots/graph/exits.ts";
import {
  changeHistory,
  type History,
  historyOf,
  isUnsaved,
} from "../../../console/chatbots/graph/history.ts";
import type { Kind } from "../../../console/chatbots/graph/kind.ts";
import { readingOrder } from "../../../console/chatbots/graph/order.ts";
import { searchNodes } from "../../../console/chatbots/graph/search.ts";
import { isUnplaced, tidyPositions } from "../../../console/chatbots/graph/tidy.ts";
import { variablesOf } from "../../../console/chatbots/graph/variables.ts";
import { kindsAsData } from "../../../src/chatbot/nodes/kinds_as_data.ts";
import { NODE_KINDS } from "../../../src/chatbot/nodes/registry.ts";

/** The parts of the builder that need no browser: what it does to a graph, and what it reads from one. */

const KINDS = new Map(kindsAsData(NODE_KINDS).map((kind) => [kind.kind, kind as Kind]));

/** As other systems write them: keys that the builder does not know, edges without ids, exits by place, nodes without data. */
const AS_IMPORTED = JSON.stringify({
  name: "Randevu",
  description: null,
  nodes: [
    {
      id: "start_1",
      type: "start",
      position: { x: 400, y: 50 },
      width: 180,
      data: { label: "Başlangıç", type: "start" },
    },
    {
      id: "menu",
      type: "question",
      position: { x: 400, y: 150.5 },
      selected: false,
      data: {
        type: "question",
        label: "Ana Menü",
        questionType: "buttons",
        content: "Merhaba {{contact.name|misafir}}",
        variable: "choice",
        buttons: [{ id: "book", title: "Randevu Al" }, { title: "Saatler" }, "Çıkış"],
        unknown: { nested: [1, null, "x"] },
      },
    },
    { id: "form", type: "whatsapp_flow", data: { whatsappFlowId: "1", flowOutputVariable: "booking" } },
    {
      id: "check",
      type: "condition",
      data: {
        conditionGroup: {
          logicalOperator: "AND",
          conditions: [{ variable: "booking.day", operator: "is_not_empty" }],
        },
      },
    },
    { id: "bye", type: "teleport", position: { x: 1, y: 2 } },
    { id: "again", type: "jump", data: { targetNodeId: "menu" } },
    {
      id: "alone",
      type: "message",
      data: { content: "{{choice}} {{form_1.response}} {{question_1.title}}" },
    },
  ],
  edges: [
    { source: "start_1", target: "menu", animated: true },
    { id: "e2", source: "menu", target: "form", sourceHandle: "book", style: { stroke: "red" } },
    { id: "e3", source: "menu", target: "bye", sourceHandle: "btn-1" },
    { id: "e4", source: "menu", target: "again", sourceHandle: "default" },
    { id: "e5", source: "form", target: "check", sourceHandle: "answered" },
    { id: "e6", source: "check", target: "bye", sourceHandle: "true" },
  ],
  settings: { language: "tr", anything: { of: ["others"] } },
});
const open = (): Draft => draftOf(JSON.parse(AS_IMPORTED));
const node = (draft: Draft, id: string) => draft.nodes.find((each) => each.id === id)!;
const edgesFrom = (draft: Draft, id: string) => draft.edges.filter(({ source }) => source === id);
const text = (draft: Draft) => JSON.stringify(draft);

test("whatever is edited, undoing it all gives what was opened, byte by byte; redoing it all, what was made", () => {
  const ids = [...open().nodes.map(({ id }) => id), "message-1", "note-1", "nobody"];
  const id = fc.constantFrom(...ids);
  const point = fc.record({ x: fc.integer(), y: fc.integer() });
  const edit = fc.oneof(
    fc.constant((draft: Draft) =>
      addNode(draft, { id: freeId(draft, "message"), type: "message", data: {} }),
    ),
    fc.tuple(id, id, fc.constantFrom("", "book", "true")).map(
      ([source, target, handle]) =>
        (draft: Draft) =>
          connect(draft, { source, handle }, target),
    ),
    fc.tuple(id, fc.constantFrom("", "book")).map(
      ([source, handle]) =>
        (draft: Draft) =>
          disconnect(draft, { source, handle }),
    ),
    id.map((one) => (draft: Draft) => remove(draft, new Set([one]))),
    fc.tuple(id, point).map(
      ([one, at]) =>
        (draft: Draft) =>
          move(draft, new Map([[one, at]])),
    ),
    fc
      .tuple(id, fc.constantFrom("label", "content", "buttons"), fc.option(fc.string(), { nil: undefined }))
      .map(
        ([one, name, value]) =>
          (draft: Draft) =>
            setField(draft, one, [name], value),
      ),
    fc.tuple(id, fc.nat(3), fc.string()).map(
      ([one, index, title]) =>
        (draft: Draft) =>
          setField(draft, one, ["buttons", index, "title"], title),
    ),
    point.map(
      (position) => (draft: Draft) => putNote(draft, { id: freeId(draft, "note"), text: "", position }),
    ),
    fc.string().map((value) => (draft: Draft) => setSetting(draft, "timeZone", value || undefined)),
    fc
      .array(id)
      .map(
        (some) => (draft: Draft) => paste(draft, clipOf(draft, new Set(some)), { x: 9, y: 9 }, KINDS).draft,
      ),
  );
  const change = fc.record({
    edit,
    merge: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
    wait: fc.nat(3000),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let history: History = historyOf(open());
      let at = 0;
      for (const { edit: each, merge, wait } of changes) {
        at += wait;
        history = changeHistory(history, { kind: "change", edit: each, at, ...(merge && { merge }) });
      }
      const made = text(history.present);
      const steps = history.past.length;
      for (let step = 0; step < steps; step++) history = changeHistory(history, { kind: "undo" });
      assert.equal(text(history.present), AS_IMPORTED);
      assert.equal(isUnsaved(history), false);
      assert.equal(changeHistory(history, { kind: "undo" }), history);
      for (let step = 0; step < steps; step++) history = changeHistory(history, { kind: "redo" });
      assert.equal(text(history.present), made);
    }),
    { numRuns: 200 },
  );
});

test("typing is one step; a pause, another field and an undo begin another one", () => {
  const typing = (content: string, at: number, merge = "menu content") =>
    ({
      kind: "change",
      at,
      merge,
      edit: (draft: Draft) => setField(draft, "menu", ["content"], content),
    }) as const;
  let history = historyOf(open());
  history = changeHistory(history, typing("H", 0));
  history = changeHistory(history, typing("Hi", 500));
  assert.equal(history.past.length, 1);
  history = changeHistory(history, typing("Hi!", 5_000));
  assert.equal(history.past.length, 2);
  history = changeHistory(history, { kind: "undo" });
  assert.equal(node(history.present, "menu").data?.content, "Hi");
  history = changeHistory(history, typing("Hey", 5_100));
  assert.deepEqual([history.past.length, history.future.length], [2, 0]);
});

test("a draft is unsaved only if it differs from what is stored, also when editing goes on while it is saved", () => {
  let history = historyOf(open());
  assert.equal(isUnsaved(history), false);
  const noChange = {
    kind: "change",
    at: 1,
    edit: (draft: Draft) => move(draft, new Map([["bye", { x: 1, y: 2 }]])),
  } as const;
  assert.equal(changeHistory(history, noChange), history);
  history = changeHistory(history, { kind: "change", at: 1, edit: (draft) => ({ ...draft, name: "A" }) });
  const sent = history.present;
  history = changeHistory(history, { kind: "change", at: 2, edit: (draft) => ({ ...draft, name: "B" }) });
  history = changeHistory(history, { kind: "saved", draft: sent });
  assert.equal(isUnsaved(history), true);
  history = changeHistory(history, { kind: "undo" });
  assert.equal(isUnsaved(history), false);
});

test("an edit leaves alone what it does not change, and keeps keys that it does not know", () => {
  const before = open();
  const after = setField(before, "menu", ["buttons", 0, "title"], "Al");
  assert.deepEqual(node(after, "menu").data?.unknown, { nested: [1, null, "x"] });
  assert.equal((node(after, "menu") as { selected?: boolean }).selected, false);
  for (const id of ["start_1", "form", "bye"]) assert.equal(node(after, id), node(before, id));
  assert.equal(after.edges, before.edges);
  const led = connect(before, { source: "menu", handle: "book" }, "bye");
  assert.deepEqual(edgesFrom(led, "menu")[0], { ...edgesFrom(before, "menu")[0], target: "bye" });
  assert.equal(connect(before, { source: "menu", handle: "book" }, "form"), before);
});

test("an exit has one edge; nodes go with their edges; an option's edge follows its id", () => {
  const draft = open();
  const twice = connect(
    connect(draft, { source: "form", handle: "" }, "bye"),
    { source: "form", handle: "" },
    "alone",
  );
  assert.deepEqual(
    edgesFrom(twice, "form").map(({ target, sourceHandle }) => [target, sourceHandle]),
    [
      ["check", "answered"],
      ["alone", undefined],
    ],
  );
  const without = remove(draft, new Set(["menu"]));
  assert.deepEqual([without.nodes.length, without.edges.map(({ id }) => id)], [6, ["e5", "e6"]]);
  assert.equal(edgesFrom(renameExit(draft, "menu", "book", "reserve"), "menu")[0]?.sourceHandle, "reserve");
  assert.equal(
    disconnect(draft, { source: "menu", handle: "" }).edges.some(({ id }) => id === "e4"),
    false,
  );
});

test("exits are the options of a node, those of its kind, and the default one", () => {
  const draft = open();
  const exits = (id: string) =>
    exitsOf(node(draft, id), KINDS.get(node(draft, id).type!), edgesFrom(draft, id));
  assert.deepEqual(
    exits("menu").map(({ handle, role, title }) => [handle, role, title]),
    [
      ["book", "own", "Randevu Al"],
      ["btn-1", "own", "Saatler"],
      ["btn-2", "own", "Çıkış"],
      ["answered", "rare", ""],
      ["invalid", "rare", ""],
      ["timeout", "rare", ""],
      ["error", "rare", ""],
      ["", "default", ""],
    ],
  );
  assert.equal(freeExit(exits("menu"), edgesFrom(draft, "menu"))?.handle, "btn-2");
  const shown = (id: string) => shownExits(exits(id), edgesFrom(draft, id)).map(({ handle }) => handle);
  assert.deepEqual(shown("menu"), ["book", "btn-1", "btn-2", ""]);
  assert.deepEqual(shown("check"), ["true", "false"]);
  assert.deepEqual(shown("form"), ["answered", ""]);
  assert.deepEqual(shown("again"), []);
  const rating = { id: "r", type: "question", data: { questionType: "rating", ratingMax: 3 } };
  assert.deepEqual(
    exitsOf(rating, KINDS.get("question"), [])
      .slice(0, 4)
      .map(({ handle }) => handle),
    ["1", "2", "3", "answered"],
  );
  const sections = { listSections: [{ rows: [{ id: "a" }] }, { rows: [{ title: "B" }] }] };
  const list = { id: "l", type: "question", data: sections };
  assert.deepEqual(
    exitsOf(list, KINDS.get("question"), [])
      .slice(0, 2)
      .map(({ handle }) => handle),
    ["a", "row-1"],
  );
});

test("nodes are read from the start along the edges, and jumps; what nothing leads to comes last", () => {
  const order = readingOrder(open(), KINDS).map(({ id }) => id);
  assert.deepEqual(order, ["start_1", "menu", "form", "check", "bye", "again", "alone"]);
  const chain = Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, type: "message" }));
  const edges = chain.slice(1).map(({ id }, index) => ({ source: `${index}`, target: id }));
  assert.equal(readingOrder({ nodes: chain.toReversed(), edges }, KINDS)[999]?.id, "999");
});

test("variables are known with the nodes that set and use them, also results that nodes store by themselves", () => {
  const variables = new Map(variablesOf(open(), KINDS).map((each) => [each.name, each]));
  const found = (name: string) => [variables.get(name)?.setBy, variables.get(name)?.usedBy];
  assert.deepEqual(found("choice"), [["menu"], ["alone"]]);
  assert.deepEqual(found("booking"), [["form"], ["check"]]);
  assert.deepEqual(found("flow_1.response"), [["form"], []]);
  assert.deepEqual(found("question_1.title"), [["menu"], ["alone"]]);
  assert.deepEqual(found("form_1"), [[], ["alone"]]);
  assert.deepEqual([variables.get("contact")?.isSystem, variables.get("contact")?.usedBy], [true, ["menu"]]);
});

test("what is copied is pasted under free ids, with the edges and jumps between it, but without a second start", () => {
  const draft = putNote(open(), { id: "note-1", text: "Why?", position: { x: 0, y: 0 } });
  const clip = readClip(writeClip(clipOf(draft, new Set(["start_1", "menu", "again", "note-1"]))))!;
  const { draft: pasted, ids } = paste(draft, clip, { x: 10, y: 20 }, KINDS);
  assert.deepEqual(ids, ["question-1", "jump-1", "note-2"]);
  assert.equal(node(pasted, "jump-1").data?.targetNodeId, "question-1");
  assert.deepEqual(
    edgesFrom(pasted, "question-1").map(({ target, sourceHandle }) => [target, sourceHandle]),
    [["jump-1", "default"]],
  );
  assert.deepEqual(positionOf(node(pasted, "question-1")), { x: 410, y: 170.5 });
  assert.equal(notesOf(pasted).length, 2);
  const elsewhere = paste({ ...draft, nodes: [], edges: [] }, clip, { x: 0, y: 0 }, KINDS);
  assert.equal(elsewhere.draft.nodes[0]?.type, "start");
  for (const other of ["", "hello", "{}", '{"format":"parley/nodes"}', "{"])
    assert.equal(readClip(other), null);
});

test("a difference names what is new, removed and changed; moving and notes make none", () => {
  const before = open();
  const moved = putNote(move(before, new Map([["menu", { x: 0, y: 0 }]])), {
    id: "note-1",
    text: "",
    position: { x: 0, y: 0 },
  });
  assert.equal(countOf(differenceOf(before, moved)), 0);
  const after = setSetting(
    setField(
      addNode(remove(before, new Set(["again"])), { id: "new", type: "end", data: {} }),
      "menu",
      ["content"],
      "Selam",
    ),
    "language",
    "en",
  );
  const { nodes, fields, edges, settings } = differenceOf(before, after);
  assert.deepEqual(Object.fromEntries(nodes), { again: "removed", new: "added", menu: "changed" });
  assert.deepEqual(fields.get("menu"), ["content"]);
  assert.deepEqual(Object.fromEntries(edges), { '["menu","","again"]': "removed" });
  assert.deepEqual(settings, ["language"]);
});

test("nodes are found by all words, in labels, texts, types and ids, whatever the case and the accents", () => {
  const found = (query: string) =>
    searchNodes(open().nodes, query, ({ type = "" }) => type).map(({ node: { id } }) => id);
  assert.deepEqual(found("RANDEVU al"), ["menu"]);
  assert.deepEqual(found("cikis"), ["menu"]);
  assert.deepEqual(found("BAŞLANGIÇ"), ["start_1"]);
  assert.deepEqual(found("whatsapp"), ["form"]);
  assert.deepEqual([found(""), found("nothing of that")], [[], []]);
});

test("tidying puts each node to the right of what leads to it, and none over another", async () => {
  const draft = open();
  const positions = await tidyPositions(draft, new Map(), KINDS);
  for (const { source, target } of draft.edges)
    assert.ok(positions.get(source)!.x < positions.get(target)!.x, `${source} ${target}`);
  const places = new Set([...positions.values()].map(({ x, y }) => `${x} ${y}`));
  assert.equal(places.size, draft.nodes.length);
});

test("nodes that nobody has placed are arranged when a chatbot is opened, which is no edit; edited ones never", () => {
  const draft = { ...open(), nodes: open().nodes.map(({ id, type }) => ({ id, type })) } as Draft;
  assert.deepEqual(
    [isUnplaced(draft), isUnplaced(open()), isUnplaced({ nodes: [], edges: [] })],
    [true, false, false],
  );
  const arranged = move(draft, new Map([["menu", { x: 300, y: 0 }]]));
  let history = changeHistory(historyOf(draft), { kind: "arranged", draft: arranged });
  assert.deepEqual([history.present, isUnsaved(history), history.past.length], [arranged, false, 0]);
  history = changeHistory(history, { kind: "change", at: 1, edit: (before) => ({ ...before, name: "A" }) });
  assert.equal(changeHistory(history, { kind: "arranged", draft }), history);
});
