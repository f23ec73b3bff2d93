import { isObject, type Json, type JsonObject, own } from "./json.ts";
import { numberOf } from "./values.ts";

/** Readers of an object's fields, which anyone may have written: the wrong shape reads as absent, never as an error. */

/** A text; a number reads as its digits. `""` when absent. */
export function textField(data: JsonObject, name: string): string {
  const value = own(data, name);
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** A number, also when written as text; undefined when absent or not finite. */
export function numberField(data: JsonObject, name: string): number | undefined {
  return numberOf(own(data, name)) ?? undefined;
}

export function booleanField(data: JsonObject, name: string, otherwise: boolean): boolean {
  const value = own(data, name);
  return typeof value === "boolean" ? value : otherwise;
}

export function listField(data: JsonObject, name: string): Json[] {
  const value = own(data, name);
  return Array.isArray(value) ? value : [];
}

export function objectField(data: JsonObject, name: string): JsonObject {
  const value = own(data, name);
  return isObject(value) ? value : {};
}

/** The texts of a list, whatever else is in it. */
export function textListField(data: JsonObject, name: string): string[] {
  return listField(data, name).filter((item) => typeof item === "string");
}
