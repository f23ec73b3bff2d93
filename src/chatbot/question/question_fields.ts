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
  id: text("The name of the exit, and the value of the variable; defaults to `btn-0`, `btn-1` and so on."),
  title: template("The title of the button.", { limit: TITLE_LIMITS.buttons }),
});

const ROW = defineFields({
  id: text("The name of the exit, and the value of the variable; defaults to `row-0`, `row-1` and so on."),
  title: template("The title of the row.", { limit: TITLE_LIMITS.list }),
  description: template("The description below the title.", { limit: DESCRIPTION_LIMIT }),
});

const SECTION = defineFields({
  title: template("The title above the rows.", { limit: TITLE_LIMITS.list }),
  rows: list("The rows that can be chosen.", ROW),
});

export const QUESTION = defineFields({
  questionType: choice("The kind of answer; `file` is a synonym of `media`.", [
    FIRST_TYPE as string,
    ...OTHER_TYPES,
  ]),
  content: template(
    "The question. The body of a menu is limited to 1024 characters (4096 for a list); the text before them is sent as a separate message.",
  ),
  variable: output(
    "The variable that receives the answer: the id of an option, a date as `YYYY-MM-DD`, a time as `HH:mm`, a number as a number.",
  ),
  retryText: template("The text that is sent after an invalid answer; defaults to a text of the engine."),
  maxAttempts: number(
    "The number of invalid answers before the exit `invalid`; defaults to the setting of the same name (3).",
  ),
  timeoutSeconds: number(
    "How long to wait before the exit `timeout`, in seconds. Without it, the run expires after the setting `sessionExpirySeconds`.",
  ),
  buttons: list(
    "The buttons, as objects or titles. A message has at most three buttons; more are shown as a list.",
    BUTTON,
  ),
  listSections: list(
    "The sections of a list. A message has at most ten rows; more are shown in pages of eight.",
    SECTION,
  ),
  dynamicButtonsSource: variable(
    "The path of a variable that holds a list, instead of `buttons`. At most 400 items; blank items and duplicates are left out.",
  ),
  dynamicListSource: variable("The path of a variable that holds a list, instead of `listSections`."),
  dynamicLabelField: text(
    "The field of an item that is its title; defaults to `name`, `title` or `label`, else its id.",
  ),
  dynamicDescField: text("The field of an item that is its description; defaults to `description`."),
  headerText: margin("The header of a menu.", 60),
  footerText: margin("The footer of a menu.", 60),
  listButtonText: margin("The title of the button that opens a list.", 20),
  ratingMin: number("The lowest value of a rating; at least 0.", { default: 1 }),
  ratingMax: number("The highest value of a rating; at most 10.", { default: 5 }),
  minLength: number("The minimum length of a text, in characters.", { default: 1 }),
  maxLength: number("The maximum length of a text, in characters."),
  pattern: pattern("A regular expression that a text must match: see [Patterns](#patterns)."),
  min: number("The lowest valid number."),
  max: number("The highest valid number."),
  isInteger: boolean("Whether a number must be whole.", false),
  decimalSign: text(
    "`.` or `,`. Without it, `1.500` and `1,500` are asked again: they are fifteen hundred in one country, one and a half in another.",
  ),
  minDate: text("The first valid date: `YYYY-MM-DD`, or `today`."),
  maxDate: text("The last valid date: `YYYY-MM-DD`, or `today`."),
  defaultCountryCode: text("The country code of a phone number that is written with a leading 0."),
  mediaTypes: texts(
    "The accepted types: `image`, `video`, `audio`, `document` and `sticker`; defaults to all but the last.",
  ),
});
