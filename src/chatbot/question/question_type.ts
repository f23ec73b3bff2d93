import type { GraphNode } from "../graph/graph.ts";
import type { AnswerKind } from "../text/texts.ts";
import { ANSWER_KINDS } from "./answer_kinds.ts";
import { QUESTION } from "./question_fields.ts";

/** The kind of answer to a question; defaults to a text. Null when its type does not exist. */
export function answerKind(node: GraphNode): AnswerKind | null {
  const type = QUESTION.questionType.of(node.data);
  return Object.hasOwn(ANSWER_KINDS, type) ? (ANSWER_KINDS[type] as AnswerKind) : null;
}
