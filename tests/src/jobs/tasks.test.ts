import assert from "node:assert/strict";
import { test } from "node:test";
import { type JobHelpers, parseCronItems } from "graphile-worker";
import { JOBS, type TaskName } from "../../../src/jobs/registry.ts";
import { cronItemsOf, type Tasks, taskListOf } from "../../../src/jobs/tasks.ts";

const given: unknown[] = [];
const note = async (payload: unknown) => void given.push(payload);
const tasks: Tasks = {
  advance_chatbots: note,
  apply_retention: note,
  block_contact: note,
  call_for_chatbot: note,
  close_inactive_conversations: note,
  complete_erasure: note,
  count_chatbot_activity: note,
  end_snoozes: note,
  seal_audit: note,
  send_scheduled_messages: note,
  fail_opted_out_messages: note,
  feed_campaigns: note,
  fetch_media: note,
  import_contacts: note,
  mail_invitation: note,
  mail_password_reset: note,
  maintain: note,
  mark_read: note,
  reconcile_outbox: note,
  recount_figures: note,
  remove_media_files: note,
  report_conversion: note,
  resume_chatbot: note,
  retry_webhooks: note,
  ring_chatbot_timer: note,
  roll_up_figures: note,
  send_messages: note,
  send_template_change: note,
  sync_templates: note,
  upload_media: note,
};
const helpers = {} as JobHelpers;
const ID = "0199a5c0-0000-7000-8000-000000000000";

test("each task runs in one pool", () => {
  const quick = Object.keys(taskListOf("quick", tasks));
  const slow = Object.keys(taskListOf("slow", tasks));
  assert.deepEqual([...quick, ...slow].sort(), Object.keys(JOBS).sort());
  assert.deepEqual(slow, [
    "call_for_chatbot",
    "mark_read",
    "block_contact",
    "upload_media",
    "fetch_media",
    "import_contacts",
    "complete_erasure",
    "report_conversion",
    "sync_templates",
    "send_template_change",
    "mail_invitation",
    "mail_password_reset",
    "remove_media_files",
    "recount_figures",
    "apply_retention",
  ]);
});

test("a task gets its payload checked, with defaults and without what it does not know", async () => {
  const { mark_read: markRead } = taskListOf("slow", tasks);
  await markRead!({ conversationId: ID, more: 1 }, helpers);
  assert.deepEqual(given.pop(), { conversationId: ID, isTyping: false });
  await taskListOf("quick", tasks).maintain!({ _cron: { ts: "2026-01-01" } }, helpers);
  assert.deepEqual(given.pop(), {});
});

test("a payload that is not valid fails the job before its task runs", async () => {
  const list = { ...taskListOf("quick", tasks), ...taskListOf("slow", tasks) };
  for (const [name, payload] of [
    ["mark_read", { conversationId: "x" }],
    ["mark_read", { conversationId: ID, isTyping: "yes" }],
    ["ring_chatbot_timer", {}],
    ["resume_chatbot", { conversationId: [ID] }],
    ["call_for_chatbot", null],
  ] as [TaskName, unknown][])
    await assert.rejects(async () => list[name]!(payload, helpers), { name: "ZodError" }, name);
  assert.deepEqual(given, []);
});

test("schedules are cron items; missed rare runs are made up for, frequent ones are not retried", () => {
  assert.deepEqual(
    cronItemsOf("slow").map(({ task }) => task),
    ["remove_media_files", "apply_retention"],
  );
  const items = parseCronItems(cronItemsOf("quick"));
  assert.deepEqual(
    items.map(({ task, options }) => [task, options.maxAttempts ?? 25, options.backfillPeriod]),
    [
      ["reconcile_outbox", 1, 0],
      ["count_chatbot_activity", 1, 0],
      ["roll_up_figures", 1, 0],
      ["send_scheduled_messages", 1, 0],
      ["feed_campaigns", 1, 0],
      ["end_snoozes", 1, 0],
      ["close_inactive_conversations", 1, 0],
      ["seal_audit", 1, 0],
      ["retry_webhooks", 1, 0],
      ["maintain", 25, 86_400_000],
    ],
  );
});
