import {
  booleanField,
  listField,
  numberField,
  objectField,
  textField,
  textListField,
} from "../../base/json/fields.ts";
import { type Json, type JsonObject, own } from "../../base/json/json.ts";
import type { Field, FieldFacts, Fields, FieldType, ReferenceKind } from "./field.ts";

/** A field before {@link defineFields} has given it its name. */
type Draft<Value> = FieldFacts & { read(data: JsonObject, name: string): Value };

/** Gives each field its name. */
export function defineFields<const Drafts extends { [name: string]: Draft<unknown> }>(
  drafts: Drafts,
): { readonly [Name in keyof Drafts]: Field<ReturnType<Drafts[Name]["read"]>> } {
  const fields = Object.entries(drafts).map(([name, { read, ...facts }]): [string, Field] => [
    name,
    { ...facts, name, of: (data) => read(data, name) },
  ]);
  return Object.fromEntries(fields) as never;
}

type Facts = Omit<FieldFacts, "type" | "about">;

const textOf =
  (type: FieldType) =>
  (about: string, facts: Facts & { default?: string } = {}): Draft<string> => ({
    type,
    about,
    ...facts,
    read: (data, name) => textField(data, name) || (facts.default ?? ""),
  });

export const template = textOf("template");
export const text = textOf("text");
export const url = textOf("url");
export const body = textOf("body");
export const pattern = textOf("pattern");
export const secret = textOf("secret");
export const output = textOf("output");
export const variable = textOf("variable");
export const node = textOf("node");

/** One of the options, of which the first is the default. Another value is read as it is written. */
export function choice(
  about: string,
  options: readonly [string, ...string[]],
  facts: Facts = {},
): Draft<string> {
  return { ...textOf("choice")(about, { ...facts, default: options[0] }), options };
}

type NumberFacts = Omit<Facts, "default"> & { isInteger?: true };

export function number(about: string, facts: NumberFacts & { default: number }): Draft<number>;
export function number(about: string, facts?: NumberFacts): Draft<number | undefined>;
export function number(
  about: string,
  { isInteger, ...facts }: NumberFacts & { default?: number } = {},
): Draft<number | undefined> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = facts;
  return {
    type: "number",
    about,
    ...facts,
    read: (data, name) => {
      const written = numberField(data, name) ?? facts.default;
      const value = isInteger && written !== undefined ? Math.trunc(written) : written;
      return value === undefined ? undefined : Math.min(Math.max(value, min), max);
    },
  };
}

export function boolean(about: string, otherwise: boolean): Draft<boolean> {
  return {
    type: "boolean",
    about,
    default: otherwise,
    read: (data, name) => booleanField(data, name, otherwise),
  };
}

/** A list; of objects with these fields, if `items` is given. */
export function list(about: string, items?: Fields, facts: Facts = {}): Draft<Json[]> {
  return { type: "list", about, ...facts, ...(items && { items }), read: listField };
}

/** A list of texts; other elements are ignored. */
export function texts(about: string, facts: Facts = {}): Draft<string[]> {
  return { type: "list", about, ...facts, read: textListField };
}

const objectOf =
  (type: FieldType) =>
  (about: string, facts: Facts = {}): Draft<JsonObject> => ({ type, about, ...facts, read: objectField });

export const object = objectOf("object");
export const pairs = objectOf("pairs");
export const headers = objectOf("headers");
export const parameters = objectOf("parameters");
export const outputs = objectOf("outputs");

export function json(about: string, facts: Facts = {}): Draft<Json> {
  return { type: "json", about, ...facts, read: (data, name) => own(data, name) ?? null };
}

export function reference(refersTo: ReferenceKind, about: string, facts: Facts = {}): Draft<string> {
  return { ...textOf("reference")(about, facts as Facts & { default?: string }), refersTo };
}

export function references(refersTo: ReferenceKind, about: string): Draft<string[]> {
  return { type: "references", about, refersTo, read: textListField };
}
