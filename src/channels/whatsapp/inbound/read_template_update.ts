import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, objectsOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { Fact } from "../../facts/fact.ts";
import { occurredAt, other, type Scope } from "./read_scope.ts";

/** The template names that Meta accepts. */
const NAME = /^[a-z0-9_]{1,512}$/;
const LANGUAGE = /^\S{2,20}$/;

/**
 * Reads an update of a message template. The keys of the value determine the kind of update, because Meta's sample of
 * a quality update has the field name of a status update.
 */
export function readTemplateUpdate(value: JsonObject, scope: Scope): Fact {
  const name = wordOf(value.message_template_name);
  const language = wordOf(value.message_template_language);
  if (!NAME.test(name ?? "") || !LANGUAGE.test(language ?? ""))
    return other(scope.source, "it names no template, or no language", "template_update");
  const aspect = aspectOf(value);
  return {
    kind: "record",
    ...scope.source,
    name: "template_update",
    apply: "apply_template_update",
    change: {
      name,
      language,
      provider_template_id: wordOf(value.message_template_id),
      status: aspect === "status" ? upper(value.event) : null,
      ...readReason(value),
      category: upper(value.new_category ?? value.category ?? value.message_template_category),
      quality_rating: upper(value.new_quality_score),
      texts: aspect === "components" ? textsOf(value) : null,
    },
    occurredAt: occurredAt(value, scope),
  };
}

export function isTemplateUpdate(value: JsonObject): boolean {
  return value.message_template_id !== undefined || value.message_template_name !== undefined;
}

function aspectOf(value: JsonObject): "status" | "quality" | "category" | "components" {
  if (hasAny(value, "new_quality_score", "previous_quality_score")) return "quality";
  if (hasAny(value, "new_category", "correct_category", "previous_category")) return "category";
  if (hasAny(value, "event")) return "status";
  return "components";
}

function hasAny(value: JsonObject, ...keys: string[]): boolean {
  return keys.some((key) => value[key] !== undefined);
}

/** Why a template was rejected, paused or disabled: a code, and what Meta says about it. */
function readReason(value: JsonObject): { status_reason: string | null; status_details: string | null } {
  const reason = wordOf(value.reason);
  const other = objectOf(value.other_info);
  const rejection = objectOf(value.rejection_info);
  return {
    status_reason: reason === null || reason.toUpperCase() === "NONE" ? wordOf(other?.title) : reason,
    status_details: textOf(rejection?.recommendation ?? rejection?.reason ?? other?.description),
  };
}

/** Converts the keys of the webhook to components in the format of the Graph API; it has texts and buttons only. */
function textsOf(value: JsonObject): JsonObject[] | null {
  const title = textOf(value.message_template_title, 4096);
  const body = textOf(value.message_template_element, 4096);
  const footer = textOf(value.message_template_footer, 4096);
  const buttons = objectsOf(value.message_template_buttons).map(buttonOf);
  const components: JsonObject[] = [
    ...(title === null ? [] : [{ type: "HEADER", format: "TEXT", text: title }]),
    ...(body === null ? [] : [{ type: "BODY", text: body }]),
    ...(footer === null ? [] : [{ type: "FOOTER", text: footer }]),
    ...(buttons.length === 0 ? [] : [{ type: "BUTTONS", buttons }]),
  ];
  return components.length === 0 ? null : components;
}

const BUTTON_PREFIX = "message_template_button_";

function buttonOf(button: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(button).map(([key, value]) => [
      key.startsWith(BUTTON_PREFIX) ? key.slice(BUTTON_PREFIX.length) : key,
      value,
    ]),
  );
}

/** Normalises the case, because Meta sends both upper and lower case (docs/reference/cloud-api.md, "Templates"). */
function upper(value: JsonObject[string] | undefined): string | null {
  return wordOf(value)?.toUpperCase() ?? null;
}
