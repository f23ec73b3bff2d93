import { textField } from "../fields.ts";
import type { GraphNode } from "../graph.ts";
import type { AnswerKind } from "../texts.ts";

/** What a `questionType` asks for. */
const ANSWER_KINDS = {
  text: "text",
  number: "number",
  email: "email",
  phone: "phone",
  date: "date",
  time: "time",
  url: "url",
  buttons: "choice",
  list: "choice",
  rating: "rating",
  location: "location",
  media: "media",
  file: "media",
} as const satisfies { [type: string]: AnswerKind };

export type QuestionType = keyof typeof ANSWER_KINDS;

/** The type of a question; `text` where none is given, null where it is none we know. */
export function questionType(node: GraphNode): QuestionType | null {
  const type = textField(node.data, "questionType") || "text";
  return Object.hasOwn(ANSWER_KINDS, type) ? (type as QuestionType) : null;
}

export function answerKind(type: QuestionType): AnswerKind {
  return ANSWER_KINDS[type];
}
