import type { JsonObject } from "../../base/json/json.ts";
import { parsePath } from "./path.ts";

/** What the program lets a run know about its contact, before its first node. */
export type SystemVariables = {
  /** The contact's phone number as digits; `""` when the contact has none. */
  customer_phone: string;
  contact: JsonObject;
  /** The address at which the run receives callbacks. */
  callback_url: string;
};

/** The variables that the engine sets. */
type EngineVariables = "opening_message" | "referral" | "api_error";

const NAMES: { [name in keyof SystemVariables | EngineVariables]: true } = {
  customer_phone: true,
  contact: true,
  callback_url: true,
  opening_message: true,
  referral: true,
  api_error: true,
};

/** The variables that exist in every run without a node that sets them. */
export const SYSTEM_NAMES: readonly string[] = Object.keys(NAMES);

/**
 * The variables a run begins with: those given by its starter, and the system's. A graph takes the system's for
 * the truth, so that nothing given may replace them, or part of them (`contact.name`, `contact[name]`).
 */
export function startVariables(system: SystemVariables, given: JsonObject): JsonObject {
  const others = Object.entries(given).filter(([name]) => !isSystemName(name));
  return { ...Object.fromEntries(others), ...system };
}

function isSystemName(name: string): boolean {
  return Object.hasOwn(NAMES, parsePath(name)[0] ?? "");
}
