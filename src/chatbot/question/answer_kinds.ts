import type { AnswerKind } from "../text/texts.ts";

/** The kind of answer for each `questionType`. */
export const ANSWER_KINDS: { readonly [questionType: string]: AnswerKind } = {
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
