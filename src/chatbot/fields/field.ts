import type { Json, JsonObject } from "../../base/json/json.ts";

/** The types of fields, described for people. */
export const FIELD_TYPES = {
  template: "A text that may contain `{{variables}}`.",
  text: "A text in which variables are not filled.",
  number: "A number. A number outside its limits is replaced by the nearest limit.",
  boolean: "`true` or `false`.",
  choice: "One of several options.",
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
  node: "The id of a node of the same graph, at which the run continues.",
  reference: "The id of an object outside the graph.",
  references: "A list of ids of objects outside the graph.",
} as const;

export type FieldType = keyof typeof FIELD_TYPES;

/** The kinds of objects outside the graph that a node can refer to. */
export type ReferenceKind =
  /** The provider's id of a WhatsApp Flow. */
  | "flow"
  | "data_source"
  | "connection"
  | "chatbot"
  /** `<name>/<language>` of a message template. */
  | "template"
  /** A member's id or e-mail address; `""` is the owner of the chatbot. */
  | "calendar"
  /** A member's id. */
  | "member"
  /** A team's name or id. */
  | "team"
  /** A group's name or id. */
  | "group"
  /** A tag's id. Names of tags are not references, because a missing tag is created. */
  | "tag";

/** The description of a field of a node's `data`, used by its reader, validation, export, the docs and graph editors. */
export type FieldFacts = {
  type: FieldType;
  /** The documentation of the field: a sentence or two of Markdown. */
  about: string;
  /** For a required field: the code of the problem when it is empty. */
  required?: string;
  /** The field is used only in nodes for which this is true; defaults to all. */
  when?: (data: JsonObject) => boolean;
  /** The maximum length of the text, in characters; longer texts are cut. */
  limit?: number;
  /** Whether validation warns of a text that exceeds the limit. */
  warnsOverLimit?: boolean;
  /** The limits of a number. A number outside them is read as the nearest limit. */
  min?: number;
  max?: number;
  default?: Json;
  options?: readonly string[];
  refersTo?: ReferenceKind;
  /** The fields of the objects in a list. */
  items?: Fields;
};

export type Field<Value = unknown> = FieldFacts & {
  name: string;
  /** Reads the field. A value of the wrong type counts as absent; it is never an error. */
  of(data: JsonObject): Value;
};

export type Fields = { readonly [name: string]: Field };
