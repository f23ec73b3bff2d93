import { abSplit } from "./ab_split.ts";
import { aiReply } from "./ai_reply.ts";
import { condition } from "./condition.ts";
import { dataSource } from "./data_source.ts";
import { delay } from "./delay.ts";
import { end } from "./end.ts";
import { googleCalendar } from "./google_calendar.ts";
import { handoff } from "./handoff.ts";
import { jump } from "./jump.ts";
import { message } from "./message.ts";
import { NodeKinds } from "./node_kinds.ts";
import { question } from "./question.ts";
import { restApi } from "./rest_api.ts";
import { setVariable } from "./set_variable.ts";
import { start } from "./start.ts";
import { subflow } from "./subflow.ts";
import { updateContact } from "./update_contact.ts";
import { waitForCallback } from "./wait_for_callback.ts";
import { whatsappFlow } from "./whatsapp_flow.ts";

/** All kinds of nodes that the engine can run, in the order of the docs. */
export const NODE_KINDS = new NodeKinds([
  start,
  message,
  question,
  condition,
  setVariable,
  restApi,
  dataSource,
  whatsappFlow,
  googleCalendar,
  delay,
  handoff,
  jump,
  subflow,
  abSplit,
  waitForCallback,
  aiReply,
  updateContact,
  end,
]);
