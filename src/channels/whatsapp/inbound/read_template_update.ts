import type { JsonObject } from "../../../base/json/json.ts";
import { objectsOf, textOf, wordOf } from "../../../base/json/values.ts";
import { occurredAt, type Scope } from "./read_scope.ts";
import type { TemplateUpdateItem } from "./webhook_item.ts";

/**
 * Something about a message template. What, goes by the keys: Meta's own sample of a quality update carries the field
 * of a status update.
 */
export function readTemplateUpdate(value: JsonObject, scope: Scope): TemplateUpdateItem {
  const aspect = aspectOf(value);
  const reason = wordOf(value.reason);
  return {
    kind: "template_update",
    ...scope.source,
    aspect,
    templateId: wordOf(value.message_template_id),
    name: wordOf(value.message_template_name),
    language: wordOf(value.message_template_language),
    status: aspect === "status" ? upper(value.event) : null,
    quality: upper(value.new_quality_score),
    category: upper(value.new_category ?? value.category ?? value.message_template_category),
    correctCategory: upper(value.correct_category),
    reason: reason?.toUpperCase() === "NONE" ? null : reason,
    components: aspect === "components" ? componentsOf(value) : null,
    occurredAt: occurredAt(value, scope),
    details: value,
  };
}

export function isTemplateUpdate(value: JsonObject): boolean {
  return value.message_template_id !== undefined || value.message_template_name !== undefined;
}

function aspectOf(value: JsonObject): TemplateUpdateItem["aspect"] {
  if (hasAny(value, "new_quality_score", "previous_quality_score")) return "quality";
  if (hasAny(value, "new_category", "correct_category", "previous_category")) return "category";
  if (hasAny(value, "event")) return "status";
  return "components";
}

function hasAny(value: JsonObject, ...keys: string[]): boolean {
  return keys.some((key) => value[key] !== undefined);
}

/** The webhook's own keys, put together as the Graph API lists a template's components. */
function componentsOf(value: JsonObject): JsonObject[] | null {
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

/** The case of these words varies in both directions (docs/reference/cloud-api.md, "Templates"). */
function upper(value: JsonObject[string] | undefined): string | null {
  return wordOf(value)?.toUpperCase() ?? null;
}
