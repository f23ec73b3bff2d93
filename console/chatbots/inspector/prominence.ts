import type { JsonObject } from "../graph/draft.ts";
import type { Field, Kind } from "../graph/kind.ts";

/** Fields of menus. */
const MENU = ["buttons", "headerText", "footerText"];
const DYNAMIC = ["dynamicButtonsSource", "dynamicLabelField", "dynamicDescField"];

/** Which fields matter for a choice that a node has made; `*` for all. Others are shown when they are filled, or on request. */
const USED: Readonly<Record<string, { by: string; fields: Readonly<Record<string, readonly string[]>> }>> = {
  message: {
    by: "messageType",
    fields: {
      "*": ["messageType"],
      text: ["content"],
      image: ["mediaUrl", "caption"],
      video: ["mediaUrl", "caption"],
      audio: ["mediaUrl"],
      sticker: ["mediaUrl"],
      document: ["mediaUrl", "caption", "filename"],
      location: ["latitude", "longitude", "name", "address"],
      contacts: ["contacts"],
      template: ["templateName", "templateLanguage", "templateComponents"],
      interactive: ["interactive"],
    },
  },
  question: {
    by: "questionType",
    fields: {
      "*": ["questionType", "content", "variable", "retryText", "maxAttempts", "timeoutSeconds"],
      text: ["minLength", "maxLength", "pattern"],
      number: ["min", "max", "isInteger"],
      date: ["minDate", "maxDate"],
      phone: ["defaultCountryCode"],
      buttons: [...MENU, ...DYNAMIC],
      list: ["listSections", "listButtonText", ...MENU.slice(1), "dynamicListSource", ...DYNAMIC.slice(1)],
      rating: ["ratingMin", "ratingMax"],
      media: ["mediaTypes"],
      file: ["mediaTypes"],
    },
  },
  condition: { by: "", fields: { "*": ["conditionGroup"] } },
  set_variable: { by: "", fields: { "*": ["variable", "operation", "value", "scope"] } },
  rest_api: {
    by: "apiAuthType",
    fields: {
      "*": [
        "apiUrl",
        "apiMethod",
        "apiHeaders",
        "apiBody",
        "apiOutputVariable",
        "apiResponsePath",
        "apiAuthType",
      ],
      bearer: ["apiAuthToken"],
      basic: ["apiAuthUsername", "apiAuthPassword"],
      api_key: ["apiAuthKeyName", "apiAuthKeyValue", "apiAuthKeyLocation"],
    },
  },
  data_source: {
    by: "",
    fields: { "*": ["connectionId", "dataSourceId", "endpoint", "parameters", "outputVariable"] },
  },
  whatsapp_flow: {
    by: "",
    fields: { "*": ["whatsappFlowId", "flowBodyText", "flowCta", "flowOutputVariable", "flowMode"] },
  },
  google_calendar: {
    by: "",
    fields: {
      "*": [
        "calendarAction",
        "calendarUserSource",
        "calendarUserId",
        "calendarDateVariable",
        "calendarOutputFormat",
        "calendarOutputVariable",
      ],
    },
  },
  ai_reply: { by: "", fields: { "*": ["aiSystemPrompt", "aiPrompt", "aiSend", "aiOutputVariable"] } },
};

/** The fields of a node in two parts: those that matter to it, and the rest. A filled field always matters. */
export function splitFields(kind: Kind, data: JsonObject): { main: Field[]; rest: Field[] } {
  const used = USED[kind.kind];
  if (!used) return { main: [...kind.fields], rest: [] };
  const by = kind.fields.find(({ name }) => name === used.by);
  const choice = String(data[used.by] ?? by?.default ?? by?.options?.[0] ?? "");
  const names = [...(used.fields["*"] ?? []), ...(used.fields[choice] ?? [])];
  const isMain = ({ name, isRequired }: Field) => names.includes(name) || isRequired || isFilled(data[name]);
  const main = kind.fields.filter(isMain).sort((one, other) => rank(names, one) - rank(names, other));
  return { main, rest: kind.fields.filter((field) => !isMain(field)) };
}

function rank(names: readonly string[], { name }: Field): number {
  const at = names.indexOf(name);
  return at < 0 ? names.length : at;
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== "";
}
