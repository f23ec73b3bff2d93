import { textField } from "../../base/json/fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { AnswerKind } from "../text/texts.ts";

/** What a `questionType` asks for. */
const ANSWER_KINDS: { [questionType: string]: AnswerKind } = {
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
};

/** What a question asks for; a text where it does not say, null where it says what we do not know. */
export function answerKind(node: GraphNode): AnswerKind | null {
  const type = textField(node.data, "questionType") || "text";
  return Object.hasOwn(ANSWER_KINDS, type) ? (ANSWER_KINDS[type] as AnswerKind) : null;
}
