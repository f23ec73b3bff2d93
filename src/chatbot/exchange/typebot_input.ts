import { numberField, objectField, textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { type MappedBlock, one } from "./typebot_mapped.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** The question type of each type of input block. */
const QUESTIONS: { [type: string]: string } = {
  "text input": "text",
  "number input": "number",
  "email input": "email",
  "phone number input": "phone",
  "date input": "date",
  "time input": "time",
  "url input": "url",
  "rating input": "rating",
  "file input": "media",
};

export function isTypedInput(type: string): boolean {
  return Object.hasOwn(QUESTIONS, type);
}

/** Maps an input that is answered by a text or a file. */
export function typedInput(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const type = textField(block, "type");
  const options = objectField(block, "options");
  const labels = objectField(options, "labels");
  const variable = variables.nameOf(options, "variableId");
  const retryText = variables.textOf(options, "retryMessageContent");
  const { data, losses } = limitsOf(type, options);
  return one(
    textField(block, "id"),
    "question",
    {
      questionType: QUESTIONS[type] as string,
      content: "",
      placeholder: variables.textOf(labels, "placeholder"),
      ...(variable !== "" && { variable }),
      ...(retryText !== "" && { retryText }),
      ...data,
    },
    ...losses,
  );
}

/**
 * Maps the limits of an input, and reports those that cannot be checked. Exports omit Typebot's default values, so they are
 * repeated here: a rating is from 0 to 10, or from 1 with icons; dates have the format `dd/MM/yyyy`, times `HH:mm`.
 */
function limitsOf(type: string, options: JsonObject): { data: JsonObject; losses: string[] } {
  const losses: string[] = [];
  const given = (theirs: string, ours: string): JsonObject => {
    const number = numberField(options, theirs);
    if (number === undefined && textField(options, theirs) !== "")
      losses.push(`its limit "${theirs}" from a variable is not checked.`);
    return number === undefined ? {} : { [ours]: number };
  };
  switch (type) {
    case "number input":
      return { data: { ...given("min", "min"), ...given("max", "max") }, losses };
    case "date input": {
      if (options.isRange === true) losses.push("it asks for one date, not a range.");
      if (options.hasTime === true) losses.push("it asks for a date without a time.");
      losses.push(...otherFormat(options, "dd/MM/yyyy", "yyyy-MM-dd"));
      const [minDate, maxDate] = [dayOf(options, "min"), dayOf(options, "max")];
      for (const [limit, day] of Object.entries({ min: minDate, max: maxDate }))
        if (day === undefined && textField(options, limit) !== "")
          losses.push(`its limit "${limit}" from a variable is not checked.`);
      return { data: { ...(minDate && { minDate }), ...(maxDate && { maxDate }) }, losses };
    }
    case "time input":
      return { data: {}, losses: otherFormat(options, "HH:mm", "HH:mm") };
    case "rating input": {
      const { ratingMax = 10, ratingMin = 0 } = {
        ...given("length", "ratingMax"),
        ...given("startsAt", "ratingMin"),
      };
      if (Number(ratingMax) > 10) losses.push("its highest value is 10.");
      return { data: { ratingMin: options.buttonType === "Icons" ? 1 : ratingMin, ratingMax }, losses };
    }
    case "phone number input": {
      const country = textField(options, "defaultCountryCode");
      if (country !== "")
        losses.push(`a number without a country code is not completed with that of ${country}.`);
      return { data: {}, losses };
    }
    case "text input":
      if (["attachments", "audioClip"].some((extra) => objectField(options, extra).isEnabled === true))
        losses.push("it accepts text only, not files.");
      return { data: {}, losses };
    case "file input":
      if (options.isMultipleAllowed === true) losses.push("it accepts one file only.");
      losses.push("the variable receives the file's id at Meta, not its address.");
      return { data: {}, losses };
    default:
      return { data: {}, losses };
  }
}

/** Reports another date or time format: answers are always stored in the same format. */
function otherFormat(options: JsonObject, byDefault: string, ours: string): string[] {
  const theirs = textField(options, "format") || byDefault;
  return theirs === ours ? [] : [`its answer is stored as ${ours}, not as ${theirs}.`];
}

function dayOf(options: JsonObject, field: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2}/.exec(textField(options, field))?.[0];
}
