import { isObject, type Json, type JsonObject, own } from "./json.ts";
import { numberOf } from "./values.ts";

/** Readers for fields of untrusted objects: a value of the wrong type reads as absent, never as an error. */

/** Reads a text; a number is converted to its digits. `""` when absent. */
export function textField(data: JsonObject, name: string): string {
  const value = own(data, name);
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** Reads a number or a text that contains one; undefined when absent or not finite. */
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

/** Reads the texts of a list; other elements are skipped. */
export function textListField(data: JsonObject, name: string): string[] {
  return listField(data, name).filter((item) => typeof item === "string");
}
