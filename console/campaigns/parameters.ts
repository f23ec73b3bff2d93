/**
 * The values of a template's parameters as a campaign stores them (docs/graphql.md, "Sending templates"): those of the body by the
 * names of its variables, `header` and `buttons` beside them.
 */

import {
  buttonsOf,
  type Component,
  cardsOf,
  findComponent,
  type TemplateButton,
  variablesOf,
} from "../templates/components.ts";

export type Parameters = Readonly<Record<string, unknown>>;

/** A value that the message needs. */
export type Slot =
  | { is: "body" | "header"; name: string }
  /** The id of a file, or its address. */
  | { is: "file"; format: "image" | "video" | "document" }
  | { is: "place" }
  | { is: "button"; index: number; button: TemplateButton };

/** What a template needs besides its text; null if it has parts that this form does not fill in. */
export function slotsOf(components: readonly Component[]): Slot[] | null {
  if (cardsOf(components).length > 0 || findComponent(components, "LIMITED_TIME_OFFER")) return null;
  return [
    ...headerSlots(findComponent(components, "HEADER")),
    ...bodySlots(components),
    ...buttonSlots(components),
  ];
}

function headerSlots(header: Component | undefined): Slot[] {
  const format = header?.format?.toLowerCase();
  if (format === "text") return variablesOf(header!.text ?? "").map((name) => ({ is: "header", name }));
  if (format === "image" || format === "video" || format === "document") return [{ is: "file", format }];
  return format === "location" ? [{ is: "place" }] : [];
}

function bodySlots(components: readonly Component[]): Slot[] {
  const body = findComponent(components, "BODY");
  if (body?.text !== undefined) return variablesOf(body.text).map((name) => ({ is: "body", name }));
  // Of a template for codes, whose text is Meta's.
  return buttonsOf(components).some(({ type }) => type.toUpperCase() === "OTP")
    ? [{ is: "body", name: "code" }]
    : [];
}

function buttonSlots(components: readonly Component[]): Slot[] {
  return buttonsOf(components).flatMap((button, index): Slot[] => {
    const type = button.type.toUpperCase();
    const needs = type === "COPY_CODE" || (type === "URL" && String(button.url ?? "").includes("{{"));
    return needs ? [{ is: "button", index, button }] : [];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a slot as text; empty if there is none. */
export function readParameter(parameters: Parameters, slot: Slot): string {
  switch (slot.is) {
    case "body":
      return textOf(parameters[slot.name] ?? named(parameters.body, slot.name));
    case "header":
      return textOf(named(parameters.header, slot.name) ?? parameters[slot.name]);
    case "file": {
      const { header } = parameters;
      return textOf(isObject(header) ? (header.media_id ?? header.link ?? header.id) : header);
    }
    case "place":
      return isObject(parameters.header) ? textOf(parameters.header.name) : "";
    case "button":
      return textOf(named(parameters.buttons, String(slot.index), 0));
    default:
      throw new Error(slot satisfies never);
  }
}

/** A value in a list, an object by name, or the only one. */
function named(given: unknown, name: string, first = 1): unknown {
  if (Array.isArray(given)) return given[Number(name) - first];
  return isObject(given) ? given[name] : first === 1 ? given : undefined;
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** The parameters with another value in a slot; an empty one is taken out. */
export function writeParameter(parameters: Parameters, slot: Slot, value: string): Parameters {
  switch (slot.is) {
    case "body": {
      // From now on by name, beside the others.
      const { body, ...rest } = parameters;
      return without({ ...byName(body), ...rest, [slot.name]: value }, slot.name, value);
    }
    case "header":
    case "file":
      return without({ ...parameters, header: value }, "header", value);
    case "place":
      return {
        ...parameters,
        header: { ...(isObject(parameters.header) && parameters.header), name: value },
      };
    case "button": {
      const { buttons } = parameters;
      const before = Array.isArray(buttons)
        ? Object.fromEntries(buttons.flatMap((each, i) => (each === null ? [] : [[String(i), each]])))
        : isObject(buttons)
          ? buttons
          : {};
      const after = without({ ...before, [slot.index]: value }, String(slot.index), value);
      const { buttons: _, ...rest } = parameters;
      return Object.keys(after).length === 0 ? rest : { ...rest, buttons: after };
    }
    default:
      throw new Error(slot satisfies never);
  }
}

function byName(body: unknown): Record<string, unknown> {
  if (Array.isArray(body)) return Object.fromEntries(body.map((value, i) => [String(i + 1), value]));
  return isObject(body) ? body : body === undefined || body === null ? {} : { 1: body };
}

function without(parameters: Record<string, unknown>, key: string, value: string): Record<string, unknown> {
  if (value !== "") return parameters;
  const { [key]: _, ...rest } = parameters;
  return rest;
}
