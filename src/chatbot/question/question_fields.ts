import {
  boolean,
  choice,
  defineFields,
  list,
  number,
  output,
  pattern,
  template,
  text,
  texts,
  variable,
} from "../fields/define_fields.ts";
import { ANSWER_KINDS } from "./answer_kinds.ts";

/** The limits of interactive messages, in characters. */
export const TITLE_LIMITS = { buttons: 20, list: 24 };
export const DESCRIPTION_LIMIT = 72;

const [FIRST_TYPE, ...OTHER_TYPES] = Object.keys(ANSWER_KINDS);

const margin = (about: string, limit: number) => template(about, { limit, warnsOverLimit: true });

const BUTTON = defineFields({
  id: text("The name of its exit, and what the variable receives; `btn-0`, `btn-1`, … by default."),
  title: template("What it says.", { limit: TITLE_LIMITS.buttons }),
});

const ROW = defineFields({
  id: text("The name of its exit, and what the variable receives; `row-0`, `row-1`, … by default."),
  title: template("What it says.", { limit: TITLE_LIMITS.list }),
  description: template("The line below.", { limit: DESCRIPTION_LIMIT }),
});

const SECTION = defineFields({
  title: template("The line above its rows.", { limit: TITLE_LIMITS.list }),
  rows: list("What can be chosen.", ROW),
});

export const QUESTION = defineFields({
  questionType: choice("What is asked for; `file` is another word for `media`.", [
    FIRST_TYPE as string,
    ...OTHER_TYPES,
  ]),
  content: template(
    "The question. The body of a menu has 1024 characters (of a list 4096); what comes before them is sent first.",
  ),
  variable: output(
    "Receives the answer: the id of an option, a date as `YYYY-MM-DD`, a time as `HH:mm`, a number as a number.",
  ),
  retryText: template("Sent after an invalid answer; a sentence of the engine's by default."),
  maxAttempts: number(
    "Invalid answers before the exit `invalid`; the setting of the same name, 3, by default.",
  ),
  timeoutSeconds: number(
    "How long to wait before the exit `timeout`. Without it, the run expires after the setting `sessionExpirySeconds`.",
  ),
  buttons: list("Objects, or titles alone. Three fit into a message; more are shown as a list.", BUTTON),
  listSections: list("Ten rows fit into a message in all; more are shown in pages of eight.", SECTION),
  dynamicButtonsSource: variable(
    "The path of a variable that holds a list, instead of `buttons`. At most 400 items; blank ones are left out, and the same item twice is shown once.",
  ),
  dynamicListSource: variable("The same, instead of `listSections`."),
  dynamicLabelField: text(
    "Which field of an item is its title; else `name`, `title` or `label`, else its id.",
  ),
  dynamicDescField: text("Which field is its description; else `description`."),
  headerText: margin("The line above a menu.", 60),
  footerText: margin("The line below it.", 60),
  listButtonText: margin("The words of the button that opens a list.", 20),
  ratingMin: number("The lowest mark of a rating; at least 0.", { default: 1 }),
  ratingMax: number("The highest; at most 10.", { default: 5 }),
  minLength: number("Characters of a text, at least.", { default: 1 }),
  maxLength: number("Characters of a text, at most."),
  pattern: pattern("What a text must match: see [Patterns](#patterns)."),
  min: number("The smallest number."),
  max: number("The largest number."),
  isInteger: boolean("Whether a number must be whole.", false),
  decimalSign: text(
    "`.` or `,`. Without it, `1.500` and `1,500` are asked again: they are fifteen hundred in one country, one and a half in another.",
  ),
  minDate: text("The first possible date: `YYYY-MM-DD`, or `today`."),
  maxDate: text("The last possible date; written as `minDate`."),
  defaultCountryCode: text("The country code of a phone number that is written with a leading 0."),
  mediaTypes: texts(
    "Which of `image`, `video`, `audio`, `document` and `sticker` are taken; all but the last by default.",
  ),
});
