import { textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { QUESTION } from "./question_fields.ts";

/** The exits of a question's options, in all accepted spellings; null when the options come from a variable. */
export function optionExits(data: JsonObject): string[] | null {
  if (QUESTION.dynamicListSource.of(data) !== "" || QUESTION.dynamicButtonsSource.of(data) !== "")
    return null;
  const buttons = QUESTION.buttons.of(data).flatMap((button, index) => {
    const id = isObject(button) ? textField(button, "id") : "";
    return id !== "" ? [id] : [`btn-${index}`, `btn_${index}`];
  });
  const rows = QUESTION.listSections
    .of(data)
    .filter(isObject)
    .flatMap((section) => (Array.isArray(section.rows) ? section.rows : []))
    .map((row, index) => (isObject(row) ? textField(row, "id") : "") || `row-${index}`);
  const isRating = QUESTION.questionType.of(data) === "rating";
  const marks = isRating ? Array.from({ length: 11 }, (_, mark) => String(mark)) : [];
  return [...buttons, ...rows, ...marks];
}
