import type { Contact, CustomField } from "./documents.ts";

/** What the form of a contact holds: texts, as fields of a form do. */
export type Values = Readonly<Record<string, string>>;

export const STANDARD = ["name", "phone", "email", "externalRef", "language", "timeZone"] as const;

/** Keys of custom fields are set apart from those of the contact itself. */
export function customKey(key: string): string {
  return `metadata.${key}`;
}

export function valuesOf(contact: Contact | null, fields: readonly CustomField[]): Values {
  return {
    ...Object.fromEntries(STANDARD.map((key) => [key, contact?.[key] ?? ""])),
    status: contact?.status ?? "active",
    ...Object.fromEntries(
      fields.map(({ key, isSensitive }) => [
        customKey(key),
        isSensitive ? "" : textOf(contact?.metadata?.[key]),
      ]),
    ),
  };
}

/** What was changed, as the API wants it; a text that was emptied is null. */
export function changesOf(
  before: Values,
  after: Values,
  fields: readonly CustomField[],
): { patch: Record<string, string | null>; custom: Record<string, unknown> } {
  const hasChanged = (key: string) => before[key] !== after[key];
  const patch = Object.fromEntries(
    [...STANDARD, "status"].filter(hasChanged).map((key) => [key, after[key]?.trim() || null]),
  );
  const custom = Object.fromEntries(
    fields
      .filter(({ key }) => hasChanged(customKey(key)))
      .map((field) => [field.key, fieldValue(field, after[customKey(field.key)] ?? "")]),
  );
  return { patch, custom };
}

/** The typed value of a text. A number that is none is left to the database, which says so. */
function fieldValue({ type }: CustomField, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (type === "boolean") return trimmed === "true";
  if (type === "number") return Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
  return trimmed;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
