/** A template as the customer sees it. */
export type RenderedTemplate = {
  header:
    | { kind: "text"; text: string }
    | { kind: "file"; format: "image" | "video" | "document"; link: string | null }
    | { kind: "location"; name: string }
    | null;
  body: string;
  footer: string;
  buttons: { kind: string; text: string; detail: string }[];
  cards: RenderedTemplate[];
};

/** Components as the Graph API has them: those of a template, or those of a message with its values. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of the Graph API, of which absent parts are left out
type Component = any;

const EMPTY: RenderedTemplate = { header: null, body: "", footer: "", buttons: [], cards: [] };

/** The variables of a text, each once, in their order: {{1}}, {{first_name}}. */
export function variablesOf(text: string | undefined): string[] {
  return [...new Set([...(text ?? "").matchAll(/\{\{\s*([\w]+)\s*\}\}/g)].map((found) => found[1]!))];
}

/** Puts values into a text; a variable without one stays. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] || whole);
}

/**
 * Draws a template with the values of a message.
 * @param components those of the template
 * @param sent those of the message
 */
export function renderTemplate(components: unknown, sent: unknown): RenderedTemplate {
  const result: RenderedTemplate = { ...EMPTY, buttons: [], cards: [] };
  const sentList = listOf(sent);
  for (const component of listOf(components)) {
    const type = String(component.type).toUpperCase();
    const given = sentList.find((each) => String(each.type).toUpperCase() === type);
    if (type === "HEADER") result.header = headerOf(component, given);
    else if (type === "BODY") result.body = textOf(component.text ?? "{{1}}", given);
    else if (type === "FOOTER") result.footer = component.text ?? "";
    else if (type === "BUTTONS")
      result.buttons = listOf(component.buttons).map((each, at) => buttonOf(each, at, sentList));
    else if (type === "CAROUSEL")
      result.cards = listOf(component.cards).map((card, at) =>
        renderTemplate(card.components, listOf(given?.cards)[at]?.components),
      );
  }
  return result;
}

function headerOf(component: Component, given: Component): RenderedTemplate["header"] {
  const format = String(component.format ?? "TEXT").toLowerCase();
  const parameter = listOf(given?.parameters)[0];
  if (format === "location") return { kind: "location", name: parameter?.location?.name ?? "" };
  if (format === "image" || format === "video" || format === "document")
    return { kind: "file", format, link: parameter?.[format]?.link ?? null };
  return { kind: "text", text: textOf(component.text ?? "", given) };
}

function buttonOf(
  button: Component,
  at: number,
  sent: readonly Component[],
): RenderedTemplate["buttons"][number] {
  const kind = String(button.type ?? "").toLowerCase();
  const given = sent.find(
    (each) => String(each.type).toLowerCase() === "button" && Number(each.index) === at,
  );
  const value = listOf(given?.parameters)[0];
  const detail =
    kind === "url"
      ? fillText(button.url ?? "", { 1: value?.text ?? "" })
      : (button.phone_number ?? value?.coupon_code ?? "");
  return { kind, text: button.text ?? "", detail };
}

function textOf(text: string, given: Component): string {
  const names = variablesOf(text);
  const values: Record<string, string> = {};
  listOf(given?.parameters).forEach((parameter, at) => {
    const name = parameter.parameter_name ?? names[at];
    const value =
      parameter.text ?? parameter.currency?.fallback_value ?? parameter.date_time?.fallback_value ?? "";
    if (name !== undefined) values[name] = String(value);
  });
  return fillText(text, values);
}

function listOf(value: unknown): Component[] {
  return Array.isArray(value) ? value : [];
}
