import type { GraphNode, NodeKind } from "../graph/graph.ts";
import { enterAbSplit } from "../nodes/ab_split.ts";
import { enterAiReply } from "../nodes/ai_reply.ts";
import { enterCondition } from "../nodes/condition.ts";
import { enterDataSource } from "../nodes/data_source.ts";
import { enterDelay } from "../nodes/delay.ts";
import { enterEnd } from "../nodes/end.ts";
import { enterGoogleCalendar } from "../nodes/google_calendar.ts";
import { enterHandoff } from "../nodes/handoff.ts";
import { enterJump } from "../nodes/jump.ts";
import { enterMessage } from "../nodes/message.ts";
import { enterQuestion } from "../nodes/question.ts";
import { enterRestApi } from "../nodes/rest_api.ts";
import { enterSetVariable } from "../nodes/set_variable.ts";
import { enterStart } from "../nodes/start.ts";
import { enterSubflow } from "../nodes/subflow.ts";
import { enterUpdateContact } from "../nodes/update_contact.ts";
import { enterWaitForCallback } from "../nodes/wait_for_callback.ts";
import { enterWhatsappFlow } from "../nodes/whatsapp_flow.ts";
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
