import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { digits } from "../../support/people.ts";

/** Forms are Meta's, and change there: how it stands with one is looked up when it is sent. */

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

const sending = (formId: string) =>
  graphOf({ start: ["start"], form: ["whatsapp_flow", { whatsappFlowId: formId }] }, [["start", "form"]]);

const screens = (...ids: string[]) => JSON.stringify({ screens: ids.map((id) => ({ id })) });

async function aForm({ tenantId }: { tenantId: string }, formId: string, status = "draft") {
  await shell.query(
    `insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name, status, flow_json)
     values ($1, $2, 'A form', $3, $4)`,
    tenantId,
    formId,
    status,
    screens("FIRST"),
  );
}

/** How the form is sent to a new customer: in draft mode or not, and opened where. */
async function sentBy(thread: ChatbotThread) {
  const other = await shell.threadOf(thread, thread);
  await other.say("hello");
  const [message] = await shell.query(
    `select content #> '{action,parameters}' as parameters from app_public.messages
     where conversation_id = $1 and author = 'chatbot'`,
    other.conversationId,
  );
  const { mode, flow_action_payload } = message.parameters;
  return [mode ?? "published", flow_action_payload?.screen ?? null];
}

test("a form that was a draft when its chatbot was published is sent as published once Meta has published it", async () => {
  const formId = digits(12);
  const thread = await shell.aThread(sending(formId));
  assert.deepEqual(await sentBy(thread), ["published", null]);
  await aForm(thread, formId);
  assert.deepEqual(await sentBy(thread), ["draft", "FIRST"]);
  await shell.query(
    "update app_public.whatsapp_flows set status = 'published', flow_json = $2 where whatsapp_flow_id = $1",
    formId,
    screens("OTHER"),
  );
  assert.deepEqual(await sentBy(thread), ["published", "OTHER"]);
});

test("for a form whose row was deleted, the data of the publication is used", async () => {
  const formId = digits(12);
  const thread = await shell.aThread(sending(formId));
  await aForm(thread, formId);
  const [version] = await shell.query("select id from app_private.publish_chatbot($1)", thread.chatbotId);
  await shell.query("select app_private.activate_chatbot($1)", version.id);
  await shell.query("delete from app_public.whatsapp_flows where whatsapp_flow_id = $1", formId);
  assert.deepEqual(await sentBy(thread), ["draft", "FIRST"]);
});

test("another tenant's form of the same id is another form; a subflow's form is looked up too", async () => {
  const formId = digits(12);
  const theirs = await shell.aThread(sending(formId));
  await aForm(theirs, formId);
  const ours = await shell.aThread(sending(formId));
  assert.deepEqual(await sentBy(ours), ["published", null]);
  assert.deepEqual(await sentBy(theirs), ["draft", "FIRST"]);

  const outer = graphOf({ start: ["start"], sub: ["subflow", { chatbotId: theirs.chatbotId }] }, [
    ["start", "sub"],
  ]);
  const [bot] = await shell.query(
    "insert into app_public.chatbots (tenant_id, name, nodes, edges) values ($1, 'Caller', $2, $3) returning id",
    theirs.tenantId,
    JSON.stringify(outer.nodes),
    JSON.stringify(outer.edges),
  );
  const [version] = await shell.query("select id from app_private.publish_chatbot($1)", bot.id);
  await shell.query("select app_private.activate_chatbot($1)", version.id);
  assert.deepEqual(await sentBy(theirs), ["draft", "FIRST"]);
});
