import type { GraphNode, NodeKind } from "./graph.ts";
import { enterAbSplit } from "./nodes/ab-split.ts";
import { enterAiReply } from "./nodes/ai-reply.ts";
import { enterCondition } from "./nodes/condition.ts";
import { enterDataSource } from "./nodes/data-source.ts";
import { enterDelay } from "./nodes/delay.ts";
import { enterEnd } from "./nodes/end.ts";
import { enterGoogleCalendar } from "./nodes/google-calendar.ts";
import { enterHandoff } from "./nodes/handoff.ts";
import { enterJump } from "./nodes/jump.ts";
import { enterMessage } from "./nodes/message.ts";
import { enterQuestion } from "./nodes/question.ts";
import { enterRestApi } from "./nodes/rest-api.ts";
import { enterSetVariable } from "./nodes/set-variable.ts";
import { enterStart } from "./nodes/start.ts";
import { enterSubflow } from "./nodes/subflow.ts";
import { enterUpdateContact } from "./nodes/update-contact.ts";
import { enterWaitForCallback } from "./nodes/wait-for-callback.ts";
import { enterWhatsappFlow } from "./nodes/whatsapp-flow.ts";
import type { Step } from "./step.ts";
import type { Turn } from "./turn.ts";

/** Lets a node of a known kind do its work. */
export function enter(turn: Turn, node: GraphNode, kind: NodeKind): Step {
  switch (kind) {
    case "start":
      return enterStart();
    case "message":
      return enterMessage(turn, node);
    case "question":
      return enterQuestion(turn, node);
    case "condition":
      return enterCondition(turn, node);
    case "set_variable":
      return enterSetVariable(turn, node);
    case "rest_api":
      return enterRestApi(turn, node);
    case "data_source":
      return enterDataSource(turn, node);
    case "whatsapp_flow":
      return enterWhatsappFlow(turn, node);
    case "google_calendar":
      return enterGoogleCalendar(turn, node);
    case "delay":
      return enterDelay(turn, node);
    case "handoff":
      return enterHandoff(turn, node);
    case "jump":
      return enterJump(turn, node);
    case "subflow":
      return enterSubflow(turn, node);
    case "ab_split":
      return enterAbSplit(turn, node);
    case "wait_for_callback":
      return enterWaitForCallback(turn, node);
    case "ai_reply":
      return enterAiReply(turn, node);
    case "update_contact":
      return enterUpdateContact(turn, node);
    case "end":
      return enterEnd(turn, node);
    default:
      return kind satisfies never;
  }
}
