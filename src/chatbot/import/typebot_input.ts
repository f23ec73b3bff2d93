import { numberField, objectField, textField } from "../fields.ts";
import { isObject, type JsonObject } from "../json.ts";
import { exit, itemsOf, type MappedBlock, one } from "./typebot_mapped.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** Questions by type of input block. */
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

/** An input that is answered by typing, or by sending a file. */
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

/** What each input allows; what cannot be checked here is lost. */
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
      if (options.isRange === true) losses.push("one date is asked for, not a range.");
      if (options.hasTime === true) losses.push("a date is asked for, without a time.");
      const [minDate, maxDate] = [dayOf(options, "min"), dayOf(options, "max")];
      return { data: { ...(minDate && { minDate }), ...(maxDate && { maxDate }) }, losses };
    }
    case "rating input": {
      const data = given("length", "ratingMax");
      if (Number(data.ratingMax) > 10) losses.push("it goes to 10 at most.");
      if (numberField(options, "startsAt") === 0) losses.push("it begins at 1, not at 0.");
      return { data, losses };
    }
    case "file input":
      if (options.isMultipleAllowed === true) losses.push("one file is taken.");
      losses.push("the variable receives the file's id at Meta, not its address.");
      return { data: {}, losses };
    default:
      return { data: {}, losses };
  }
}

function dayOf(options: JsonObject, field: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2}/.exec(textField(options, field))?.[0];
}

/** Exits of a question that mean something else. */
const RESERVED: ReadonlySet<string> = new Set(["default", "answered", "invalid", "timeout", "error"]);

/** Buttons and pictures to choose from. There, and so here, a choice is stored as its words. */
export function choice(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const id = textField(block, "id");
  const options = objectField(block, "options");
  const variable = variables.nameOf(options, "variableId");
  const common = { content: "", ...(variable !== "" && { variable }) };
  const conditions = itemsOf(block).map((item) => item.displayCondition);
  const losses = [
    options.isMultipleChoice === true && "only one option can be chosen.",
    conditions.some((each) => isObject(each) && each.isEnabled === true) && "all options are always shown.",
    itemsOf(block).some((item) => textField(item, "pictureSrc") !== "") && "its pictures are not shown.",
  ];
  const source =
    variables.nameOf(options, "dynamicVariableId") ||
    variables.nameOf(objectField(options, "dynamicItems"), "titlesVariableId");
  if (source !== "") {
    const data = { ...common, questionType: "buttons", dynamicButtonsSource: source };
    const mapped = one(id, "question", data, ...losses);
    // Whatever is chosen takes the same way.
    return { ...mapped, exits: itemsOf(block).map((item) => exit(id, "", item)) };
  }

  const words = itemsOf(block).map((item) =>
    variables.text(textField(item, "content") || textField(item, "title")),
  );
  const rows = itemsOf(block).map((item, index) => {
    const title = words[index] as string;
    const value = variables.textOf(item, "value") || title;
    const isPlain = value !== "" && !value.includes("{{") && value.length <= 196 && !RESERVED.has(value);
    const description = variables.textOf(item, "description");
    return {
      id: isPlain && words.indexOf(title) === index ? value : textField(item, "id"),
      title,
      ...(description !== "" && { description }),
    };
  });
  const menu =
    rows.length <= 3
      ? { questionType: "buttons", buttons: rows }
      : { questionType: "list", listSections: [{ title: "", rows }] };
  const mapped = one(id, "question", { ...common, ...menu }, ...losses);
  return {
    ...mapped,
    exits: itemsOf(block).map((item, index) => exit(id, rows[index]?.id ?? "", item)),
  };
}
