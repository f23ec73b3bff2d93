import type { GraphNode } from "../graph/graph.ts";
import type { AnswerKind } from "../text/texts.ts";
import { ANSWER_KINDS } from "./answer_kinds.ts";
import { QUESTION } from "./question_fields.ts";

/** What a question asks for; a text by default, null where its type is not known. */
export function answerKind(node: GraphNode): AnswerKind | null {
  const type = QUESTION.questionType.of(node.data);
  return Object.hasOwn(ANSWER_KINDS, type) ? (ANSWER_KINDS[type] as AnswerKind) : null;
}
