import { variablesOf } from "../bubble/rendered_template.ts";

/** A value that a template needs: where it goes, and what asks for it. */
export type TemplateField = {
  key: string;
  kind:
    | "header"
    | "body"
    | "url"
    | "code"
    | "file"
    | "place"
    | "latitude"
    | "longitude"
    | "cardFile"
    | "cardBody"
    | "cardUrl";
  /** The variable, or the text of the button. */
  name: string;
  /** Of a carousel: which card. */
  card: number | null;
};

export type TemplateValues = Readonly<Record<string, string>>;

// biome-ignore lint/suspicious/noExplicitAny: components are JSON of the Graph API
type Component = any;

const listOf = (value: unknown): Component[] => (Array.isArray(value) ? value : []);
const typeOf = (component: Component) => String(component?.type ?? "").toUpperCase();
const find = (components: unknown, type: string) => listOf(components).find((each) => typeOf(each) === type);

/** The kind of file in the header of a template; null if there is none. */
export function headerFileOf(components: unknown): "image" | "video" | "document" | null {
  const format = String(find(components, "HEADER")?.format ?? "").toLowerCase();
  return format === "image" || format === "video" || format === "document" ? format : null;
}

/** What has to be filled in, in the order in which the customer reads it. */
export function fieldsOf(components: unknown): TemplateField[] {
  const header = find(components, "HEADER");
  const format = String(header?.format ?? "").toUpperCase();
  const fields: TemplateField[] = [];
  const add = (kind: TemplateField["kind"], key: string, name: string, card: number | null = null) =>
    fields.push({ kind, key, name, card });
  for (const name of variablesOf(header?.text)) add("header", `header.${name}`, name);
  if (headerFileOf(components)) add("file", "header.file", "");
  if (format === "LOCATION") {
    add("place", "header.place", "");
    add("latitude", "header.latitude", "");
    add("longitude", "header.longitude", "");
  }
  for (const name of variablesOf(find(components, "BODY")?.text)) add("body", `body.${name}`, name);
  for (const [key, kind, text] of buttonFields(components)) add(kind, `button.${key}`, text);
  listOf(find(components, "CAROUSEL")?.cards).forEach((card, at) => {
    if (headerFileOf(card.components)) add("cardFile", `card.${at}.file`, "", at);
    for (const name of variablesOf(find(card.components, "BODY")?.text))
      add("cardBody", `card.${at}.body.${name}`, name, at);
    for (const [key, , text] of buttonFields(card.components))
      add("cardUrl", `card.${at}.button.${key}`, text, at);
  });
  return fields;
}

/** Buttons that need a value: an address with a variable end, a code to copy. A code of the body fills its button, too. */
function buttonFields(components: unknown): [at: number, kind: "url" | "code", text: string][] {
  return listOf(find(components, "BUTTONS")?.buttons).flatMap(
    (button, at): [number, "url" | "code", string][] => {
      if (typeOf(button) === "URL" && variablesOf(button.url).length > 0) return [[at, "url", button.text]];
      return typeOf(button) === "COPY_CODE" ? [[at, "code", button.text ?? ""]] : [];
    },
  );
}

/** Whether everything is filled in. */
export function isComplete(components: unknown, values: TemplateValues): boolean {
  return fieldsOf(components).every(({ key, kind }) => kind === "place" || (values[key] ?? "").trim() !== "");
}

/** The values as `sendTemplate` takes them. */
export function parametersOf(components: unknown, values: TemplateValues): object {
  const value = (key: string) => (values[key] ?? "").trim();
  const texts = (text: string | undefined, prefix: string) => {
    const names = variablesOf(text);
    const isNumbered = names.every((name) => /^\d+$/.test(name));
    return isNumbered
      ? names.toSorted((one, other) => Number(one) - Number(other)).map((name) => value(`${prefix}.${name}`))
      : Object.fromEntries(names.map((name) => [name, value(`${prefix}.${name}`)]));
  };
  const buttons = (of: unknown, prefix: string) => {
    const needed = buttonFields(of);
    if (needed.length === 0) return null;
    const list = listOf(find(of, "BUTTONS")?.buttons).map((): string | null => null);
    for (const [at] of needed) list[at] = value(`${prefix}.${at}`);
    return list;
  };
  const hasCode = listOf(find(components, "BUTTONS")?.buttons).some((button) => typeOf(button) === "OTP");
  const body = find(components, "BODY")?.text;
  if (hasCode) return { code: value(`body.${variablesOf(body)[0] ?? "1"}`) };
  const header = find(components, "HEADER");
  const cards = listOf(find(components, "CAROUSEL")?.cards);
  return {
    ...(variablesOf(header?.text).length > 0 && { header: texts(header.text, "header") }),
    ...(headerFileOf(components) && { header: value("header.file") }),
    ...(String(header?.format ?? "").toUpperCase() === "LOCATION" && {
      header: {
        latitude: Number(value("header.latitude")),
        longitude: Number(value("header.longitude")),
        ...(value("header.place") && { name: value("header.place") }),
      },
    }),
    ...(variablesOf(body).length > 0 && { body: texts(body, "body") }),
    ...(buttons(components, "button") && { buttons: buttons(components, "button") }),
    ...(cards.length > 0 && {
      cards: cards.map((card, at) => ({
        ...(headerFileOf(card.components) && { header: { link: value(`card.${at}.file`) } }),
        ...(variablesOf(find(card.components, "BODY")?.text).length > 0 && {
          body: texts(find(card.components, "BODY")?.text, `card.${at}.body`),
        }),
        ...(buttons(card.components, `card.${at}.button`) && {
          buttons: buttons(card.components, `card.${at}.button`),
        }),
      })),
    }),
  };
}

/** The values as the components of a message have them, to draw what is typed. */
export function previewOf(components: unknown, values: TemplateValues): object[] {
  const texts = (text: string | undefined, prefix: string) =>
    variablesOf(text).map((name) => ({ parameter_name: name, text: values[`${prefix}.${name}`] ?? "" }));
  const buttons = buttonFields(components).map(([at, kind]) => ({
    type: "button",
    index: at,
    parameters: [{ [kind === "code" ? "coupon_code" : "text"]: values[`button.${at}`] ?? "" }],
  }));
  return [
    {
      type: "HEADER",
      parameters:
        String(find(components, "HEADER")?.format).toUpperCase() === "LOCATION"
          ? [{ location: { name: values["header.place"] ?? "" } }]
          : texts(find(components, "HEADER")?.text, "header"),
    },
    { type: "BODY", parameters: texts(find(components, "BODY")?.text, "body") },
    ...buttons,
    {
      type: "CAROUSEL",
      cards: listOf(find(components, "CAROUSEL")?.cards).map((card, at) => ({
        components: [
          { type: "BODY", parameters: texts(find(card.components, "BODY")?.text, `card.${at}.body`) },
        ],
      })),
    },
  ];
}
