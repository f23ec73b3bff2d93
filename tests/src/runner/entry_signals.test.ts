import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { hear, type Said } from "../../support/messages.ts";
import { aWorkspace } from "../../support/people.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

/** What comes while a run waits, or after it, and is no answer to it. */

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

const question = (content: string, data: object = {}) =>
  ["question", { questionType: "text", content, variable: "x", ...data }] as [string, object];
const SIZES = { questionType: "buttons", buttons: ["Small", "Large"].map((title) => ({ id: title, title })) };

/** Asks for a name, then for a size. */
const ORDER = graphOf(
  {
    start: ["start", { triggers: [{ kind: "keyword", words: ["order"] }] }],
    name: question("Your name?"),
    size: question("Which size, {{x}}?", SIZES),
    bye: ["message", { content: "Done" }],
  },
  [
    ["start", "name"],
    ["name", "size"],
    ["size", "bye"],
  ],
);
const TABLE = graphOf(
  {
    start: [
      "start",
      {
        triggers: [
          { kind: "deep_link", codes: ["Table-12", "menu"] },
          { kind: "keyword", words: ["start breakfast"] },
          { kind: "referral", sourceIds: ["555"] },
          { kind: "template_button", payloads: ["BOOK"] },
        ],
      },
    ],
    dish: question("Which dish?"),
  },
  [["start", "dish"]],
);

const tap = (id: string, kind = "button_reply"): Said => ({
  type: "interactive",
  content: { type: kind, [kind]: { id, title: id } },
});
const text = (body: string, metadata: object = {}): Said => ({ content: { body }, metadata });
const button = (payload: string): Said => ({ type: "button", content: { payload, text: "Book" } });

/** A conversation of a tenant with both chatbots. */
async function aThread(settings: object = {}): Promise<ChatbotThread> {
  const workspace = await aWorkspace(shell.database.pool);
  const order = await anActiveChatbot(shell.database.pool, workspace.tenantId, ORDER, settings);
  const table = await anActiveChatbot(shell.database.pool, workspace.tenantId, TABLE);
  for (const { versionId } of [order, table])
    await shell.query("select app_private.activate_chatbot($1, false)", versionId);
  return shell.threadOf(workspace, order);
}

async function comes(thread: ChatbotThread, ...said: Said[]): Promise<void> {
  for (const one of said) {
    await hear(shell.database.pool, thread, thread, one);
    await shell.turns.drain();
  }
}

describe("a code, an advertisement or a template's button starts its chatbot while another one waits", () => {
  const signals: [name: string, said: Said][] = [
    ["a code", text("TABLE-12 we are here")],
    ["a code and nothing else", text("Menu!")],
    ["an advertisement", text("I saw your ad", { referral: { source_id: "555", source_type: "ad" } })],
    ["a template's button", button("BOOK")],
  ];
  for (const [name, said] of signals) {
    test(name, async () => {
      const thread = await aThread();
      await comes(thread, text("order"), said);
      assert.deepEqual(await thread.said(), ["Your name?", "Which dish?"]);
      const runs = await shell.query(
        "select status, completion_reason from app_public.conversation_contexts where conversation_id = $1 order by created_at, id",
        thread.conversationId,
      );
      assert.deepEqual(runs, [
        { status: "stopped", completion_reason: "replaced" },
        { status: "waiting", completion_reason: null },
      ]);
    });
    test(`${name}, at a menu`, async () => {
      const thread = await aThread();
      await comes(thread, text("order"), text("Ann"), said);
      assert.equal((await thread.said()).at(-1), "Which dish?");
    });
    test(`${name}, of the chatbot that waits`, async () => {
      const thread = await aThread();
      await comes(thread, said, said);
      assert.deepEqual(await thread.said(), ["Which dish?", "Which dish?"]);
    });
  }

  const answers: [name: string, said: Said][] = [
    ["a code that goes on", text("menus are nice")],
    ["another code", text("Table-123")],
    ["another advertisement", text("Ann", { referral: { source_id: "556" } })],
    ["another button", button("OTHER")],
    ["words that are a keyword of another chatbot", text("start breakfast")],
  ];
  for (const [name, said] of answers) {
    test(`${name} is an answer`, async () => {
      const thread = await aThread();
      await comes(thread, text("order"), said);
      const [, asked] = await thread.said();
      assert.match(asked ?? "", /^Which size/);
    });
  }

  test("a code that comes while what was typed before it still gathers", async () => {
    const thread = await aThread({ debounceMs: 60_000 });
    await comes(thread, text("order"), tap("x"));
    for (const said of [text("Ann"), text("Table-12 we are here"), tap("x")])
      await hear(shell.database.pool, thread, thread, said);
    await shell.turns.drain();
    const said = await thread.said();
    assert.ok(said.includes("Which size, Ann?") && said.includes("Which dish?"), said.join("\n"));
  });

  test("an exact keyword of another chatbot begins that one where the settings say so", async () => {
    const thread = await aThread({ yieldsToKeywords: true });
    await comes(thread, text("order"), text("Start breakfast"));
    assert.deepEqual(await thread.said(), ["Your name?", "Which dish?"]);
  });
});

describe("a tap on an old menu gets an answer", () => {
  const OVER = "That choice is no longer available.";

  test("after the run", async () => {
    const thread = await aThread();
    await comes(thread, text("order"), text("Ann"), tap("Small"), tap("Large"), tap("Large", "list_reply"));
    assert.deepEqual((await thread.said()).slice(2), ["Done", OVER, OVER]);
  });

  test("in the language of the chatbot, as a new run, or none: by its settings", async () => {
    const answers = {
      tr: { language: "tr" },
      restart: { oldMenus: "restart" },
      ignore: { oldMenus: "ignore" },
    };
    const heard: Record<string, string[]> = {};
    for (const [name, settings] of Object.entries(answers)) {
      const thread = await aThread(settings);
      await comes(thread, text("order"), text("Ann"), tap("Small"), tap("Large"));
      heard[name] = (await thread.said()).slice(3);
    }
    assert.deepEqual(heard, { tr: ["Bu seçenek artık geçerli değil."], restart: ["Your name?"], ignore: [] });
  });

  test("at a question that wants words, each time", async () => {
    const thread = await aThread();
    await comes(thread, text("order"), tap("Small"), tap("Large"), text("Ann"));
    const retry = "Please answer with a text message.";
    assert.deepEqual((await thread.said()).slice(1, 3), [retry, retry]);
    assert.match((await thread.said()).at(-1) ?? "", /Ann/);
  });

  test("at another menu, without costing a try", async () => {
    const thread = await aThread();
    const old = [tap("Red"), tap("Blue", "list_reply"), button("OTHER"), tap("Red")];
    await comes(thread, text("order"), text("Ann"), ...old, tap("Small"));
    const said = await thread.said();
    assert.deepEqual(said.slice(2), [...old.map(() => "Please choose one of the options."), "Done"]);
  });

  test("a text that no run waits for gets no such reply", async () => {
    const thread = await aThread();
    await comes(thread, text("order"), text("Ann"), tap("Small"), text("thank you"));
    assert.equal((await thread.said()).at(-1), "Done");
  });
});
