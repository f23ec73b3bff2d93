import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import type { Texts } from "./texts.ts";

/** Formats a value for a message: a list as numbered lines, an object by its name, other values as text. */
export function display(value: Json, texts: Texts): string {
  if (Array.isArray(value)) return displayList(value, texts);
  if (isObject(value)) return displayObject(value, texts);
  return String(value);
}

/** Formats a value for a request: a text unchanged, a structure as JSON. */
export function plainText(value: Json): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

const NAMING_FIELDS = ["name", "title", "label", "displayName", "sku", "id"];
const MAX_LINES = 10;

function displayList(items: Json[], texts: Texts): string {
  if (items.length === 0) return texts.emptyList;
  const first = items[0];
  // The first item determines the format of all, so that the lines of a list look alike.
  const field = isObject(first) ? NAMING_FIELDS.find((name) => own(first, name) != null) : undefined;
  return items
    .map((item, index) => {
      if (!isObject(item)) return `${index + 1}. ${plainText(item)}`;
      const name = field === undefined ? JSON.stringify(item) : plainText(own(item, field) ?? "");
      return `${index + 1}. ${name}${details(item, texts)}`;
    })
    .join("\n");
}

function displayObject(value: JsonObject, texts: Texts): string {
  const name = own(value, "name") ?? own(value, "title");
  if (name != null) return plainText(name) + details(value, texts);
  return Object.entries(value)
    .filter(([key, field]) => !key.startsWith("_") && field !== undefined)
    .slice(0, MAX_LINES)
    .map(([key, field]) => `${key}: ${plainText(field as Json)}`)
    .join("\n");
}

function details(value: JsonObject, texts: Texts): string {
  const description = own(value, "description");
  const price = own(value, "price");
  const stock = own(value, "stock");
  return (
    (description ? ` - ${plainText(description)}` : "") +
    (price != null ? `, ${texts.price(plainText(price))}` : "") +
    (stock != null ? `, ${texts.stock(plainText(stock))}` : "")
  );
}
