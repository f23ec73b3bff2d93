/**
 * The components of a template, as the Graph API has them. They are edited as they are, so that what this editor does not know
 * survives. Every function returns a new value.
 */

export type Component = {
  type: string;
  format?: string;
  text?: string;
  example?: Example;
  [key: string]: unknown;
};
export type TemplateButton = { type: string; text?: string; [key: string]: unknown };
export type Format = "positional" | "named";
type Named = { param_name: string; example: string };
type Example = { [key: string]: unknown };

/** Meta writes types and formats in both cases. */
export function isType(component: { type: string }, type: string): boolean {
  return component.type.toUpperCase() === type;
}

export function findComponent(components: readonly Component[], type: string): Component | undefined {
  return components.find((each) => isType(each, type));
}

/** Meta shows components in this order, wherever they stand. */
const ORDER = ["HEADER", "BODY", "LIMITED_TIME_OFFER", "FOOTER", "BUTTONS", "CAROUSEL"];

/** The components with this one in the place of the one of its type; null removes it. */
export function withComponent(
  components: readonly Component[],
  type: string,
  component: Component | null,
): Component[] {
  if (!component) return components.filter((each) => !isType(each, type));
  if (findComponent(components, type))
    return components.map((each) => (isType(each, type) ? component : each));
  const rank = ORDER.indexOf(type);
  const after = components.findIndex((each) => ORDER.indexOf(each.type.toUpperCase()) > rank);
  const at = after < 0 ? components.length : after;
  return [...components.slice(0, at), component, ...components.slice(at)];
}

/** The names of the variables of a text, in their order, each once: `Hello {{1}}`. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g)].map(([, name]) => name!))];
}

/** The examples of the variables of a header's or body's text, by name. */
export function examplesOf({ type, example = {} }: Component): Record<string, string> {
  const kind = type.toLowerCase();
  const named = example[`${kind}_text_named_params`];
  if (Array.isArray(named))
    return Object.fromEntries((named as Named[]).map((each) => [each.param_name, each.example]));
  const given = example[`${kind}_text`];
  const values = Array.isArray(given) ? (Array.isArray(given[0]) ? given[0] : given) : [];
  return Object.fromEntries((values as string[]).map((value, i) => [String(i + 1), value]));
}

/** The component with these examples for the variables of its text; other examples are dropped. */
export function withExamples(
  component: Component,
  examples: Record<string, string>,
  format: Format,
): Component {
  const kind = component.type.toLowerCase();
  const { example: _, ...rest } = component;
  const names = variablesOf(component.text ?? "");
  if (names.length === 0) return rest as Component;
  if (format === "named") {
    const params = names.map((name) => ({ param_name: name, example: examples[name] ?? "" }));
    return { ...rest, type: component.type, example: { [`${kind}_text_named_params`]: params } };
  }
  const values = names.toSorted((a, b) => Number(a) - Number(b)).map((name) => examples[name] ?? "");
  return {
    ...rest,
    type: component.type,
    example: { [`${kind}_text`]: kind === "body" ? [values] : values },
  };
}

/** The component with another text, whose variables keep their examples. */
export function withText(component: Component, text: string, format: Format): Component {
  return withExamples({ ...component, text }, examplesOf(component), format);
}

/** The next variable that a text can have: `{{2}}`, or `{{value_2}}`. */
export function nextVariable(text: string, format: Format): string {
  const names = variablesOf(text);
  for (let n = 1; ; n++) {
    const name = format === "named" ? `value_${n}` : String(n);
    if (!names.includes(name)) return `{{${name}}}`;
  }
}

/** The text with its variables replaced; those without a value stay as they are. */
export function filled(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (whole, name: string) => values[name] || whole);
}

export function buttonsOf(components: readonly Component[]): TemplateButton[] {
  const buttons = findComponent(components, "BUTTONS")?.buttons;
  return Array.isArray(buttons) ? (buttons as TemplateButton[]) : [];
}

export function withButtons(
  components: readonly Component[],
  buttons: readonly TemplateButton[],
): Component[] {
  const component = findComponent(components, "BUTTONS") ?? { type: "BUTTONS" };
  return withComponent(components, "BUTTONS", buttons.length === 0 ? null : { ...component, buttons });
}

/** The components of each card of the carousel. */
export function cardsOf(components: readonly Component[]): Component[][] {
  const cards = findComponent(components, "CAROUSEL")?.cards;
  return Array.isArray(cards) ? (cards as { components: Component[] }[]).map((card) => card.components) : [];
}

export function withCards(components: readonly Component[], cards: readonly Component[][]): Component[] {
  const component = findComponent(components, "CAROUSEL") ?? { type: "CAROUSEL" };
  return withComponent(
    components,
    "CAROUSEL",
    cards.length === 0 ? null : { ...component, cards: cards.map((each) => ({ components: each })) },
  );
}

/**
 * The part of a problem that is about one component, without its path: of "components[1].text must …" and 1, "text must …".
 * Null if it is about another one.
 */
export function problemOfComponent(
  problem: string | null | undefined,
  components: readonly Component[],
  type: string,
  prefix = "components",
): string | null {
  const index = components.findIndex((each) => isType(each, type));
  const start = `${prefix}[${index}]`;
  if (index < 0 || !problem?.startsWith(start)) return null;
  return problem.slice(start.length).replace(/^[. ]/, "");
}
