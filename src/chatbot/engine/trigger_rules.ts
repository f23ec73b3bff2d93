import { listField, textField, textListField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { Graph } from "../graph/graph.ts";
import { indexGraph } from "../graph/graph_index.ts";
import { type ChatbotSettings, LONGEST_WORD } from "../graph/settings.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { START } from "../nodes/start.ts";
import type { Match, TriggerCondition, TriggerRule } from "./trigger.ts";

/** The rules of a graph's start node. A start node without triggers matches any message. */
export function triggerRules(
  chatbotId: string,
  graph: Graph,
  settings: ChatbotSettings,
  kinds: NodeKinds = NODE_KINDS,
): TriggerRule[] {
  const data = indexGraph(graph, kinds).start?.data ?? {};
  const written = START.triggers.of(data).filter(isObject);
  const conditions = written.length > 0 ? written.flatMap(readCondition) : [{ kind: "any" } as const];
  const priority = START.priority.of(data);
  return conditions.map((condition) => ({
    chatbotId,
    priority,
    condition,
    words: wordsOf(condition),
    folded: [],
    hours: readHours(data, settings),
  }));
}

/** The keywords or codes of a condition; those that are too long are ignored. */
function wordsOf(condition: TriggerCondition): string[] {
  const written =
    condition.kind === "deep_link"
      ? condition.codes
      : condition.kind === "keyword" && condition.match !== "regex"
        ? condition.words
        : [];
  return written.filter((word) => word.length <= LONGEST_WORD);
}

function readCondition(trigger: JsonObject): TriggerCondition[] {
  const kind = textField(trigger, "kind");
  switch (kind) {
    case "any":
    case "first_message":
      return [{ kind }];
    case "keyword": {
      const written = textField(trigger, "match");
      const match: Match = written === "contains" || written === "regex" ? written : "exact";
      return [{ kind, words: textListField(trigger, "words"), match }];
    }
    case "template_button":
      return [{ kind, payloads: textListField(trigger, "payloads") }];
    case "referral":
      return [{ kind, sourceIds: textListField(trigger, "sourceIds") }];
    case "deep_link":
      return [{ kind, codes: textListField(trigger, "codes") }];
    case "api":
      return [{ kind, names: textListField(trigger, "names") }];
    default:
      return [];
  }
}

function readHours(data: JsonObject, settings: ChatbotSettings): TriggerRule["hours"] {
  const hours = START.businessHours.of(data);
  const weekly = listField(hours, "weekly")
    .filter(isObject)
    .map((line) => ({
      days: listField(line, "days").filter((day) => typeof day === "number"),
      from: textField(line, "from"),
      to: textField(line, "to"),
    }));
  if (weekly.length === 0) return null;
  const when = START.activeHours.of(data) === "outside" ? "outside" : "inside";
  return { when, of: { timeZone: settings.timeZone, weekly } };
}
