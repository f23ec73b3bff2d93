import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";

/** What is requested of a template. */
export const TEMPLATE_FIELDS =
  "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason,message_send_ttl_seconds";

/** Reads a template of the Graph API as an element of app_private.apply_template_reports(); null without its key. */
export function readTemplate(template: JsonObject): JsonObject | null {
  const name = wordOf(template.name);
  const language = wordOf(template.language);
  if (name === null || language === null) return null;
  const reason = wordOf(template.rejected_reason);
  return {
    name,
    language,
    provider_template_id: wordOf(template.id),
    status: wordOf(template.status),
    status_reason: reason?.toUpperCase() === "NONE" ? null : reason,
    category: wordOf(template.category),
    quality_rating: wordOf(objectOf(template.quality_score)?.score)?.toUpperCase() ?? null,
    components: template.components === undefined ? null : objectsOf(template.components),
    parameter_format: wordOf(template.parameter_format),
    message_ttl: integerOf(template.message_send_ttl_seconds),
  };
}
