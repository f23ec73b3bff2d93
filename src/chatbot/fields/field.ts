import type { Json, JsonObject } from "../../base/json/json.ts";

/** What a field can hold, in words for people. */
export const FIELD_TYPES = {
  template: "A text that may contain `{{variables}}`.",
  text: "A text that is taken as it is.",
  number: "A number. One outside of its bounds is moved into them.",
  boolean: "`true` or `false`.",
  choice: "One word of a set.",
  pattern: "A regular expression.",
  list: "A list of texts or of objects.",
  object: "An object.",
  json: "Any JSON value.",
  pairs: "An object of names and values, which may contain `{{variables}}`.",
  headers: "HTTP headers: an object of names and values, which may contain `{{variables}}`.",
  parameters: "Parameters of a request: an object of names and values, which may contain `{{variables}}`.",
  url: "An address, which may contain `{{variables}}`.",
  body: "The body of a request: a text, which may contain `{{variables}}`.",
  secret: "A credential, which may contain `{{variables}}`. It is removed from exports.",
  output: "The name of a variable that the node sets.",
  outputs: "An object whose keys are the names of variables that the node sets.",
  variable: "The path of a variable that the node reads.",
  node: "The id of a node of the same graph, where the run goes next.",
  reference: "The id of something outside of the graph.",
  references: "A list of such ids.",
} as const;

export type FieldType = keyof typeof FIELD_TYPES;

/** What a node can name outside of its graph. */
export type ReferenceKind =
  /** The provider's id of a WhatsApp Flow. */
  | "flow"
  | "data_source"
  | "connection"
  | "chatbot"
  /** `<name>/<language>` of a message template. */
  | "template"
  /** A member's id or address; `""` stands for the owner of the chatbot. */
  | "calendar"
  /** A member's id. */
  | "member"
  /** A group's name or id. */
  | "group"
  /** A tag's id. Names are not references: a missing tag is created. */
  | "tag";

/** Describes a field of a node's `data`: for its reader, for validation and export, for the docs and for editors. */
export type FieldFacts = {
  type: FieldType;
  /** What it is for, in one sentence of Markdown. */
  about: string;
  /** The code of the problem when it is empty, for a field without which the node cannot do its work. */
  required?: string;
  /** The field counts only in nodes for which this holds; always by default. */
  when?: (data: JsonObject) => boolean;
  /** In characters: what a phone shows of the text. */
  limit?: number;
  /** Does validation warn of a text over the limit? */
  warnsOverLimit?: boolean;
  /** Numbers are moved into these bounds when they are read. */
  min?: number;
  max?: number;
  default?: Json;
  options?: readonly string[];
  refersTo?: ReferenceKind;
  /** The fields of a list's objects. */
  items?: Fields;
};

export type Field<Value = unknown> = FieldFacts & {
  name: string;
  /** Reads the field; the wrong shape reads as absent, never as an error. */
  of(data: JsonObject): Value;
};

export type Fields = { readonly [name: string]: Field };
