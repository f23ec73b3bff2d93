import { z } from "zod";
import { GraphError } from "../graph_error.ts";
import type { RenderedTemplate, Template, TemplateButton } from "../templates.ts";

const WRONG_COUNT = 132000;
const WRONG_FORMAT = 132012;
const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

const fallback = z.looseObject({ fallback_value: z.string() });
const parameter = z.looseObject({
  type: z.string(),
  parameter_name: z.string().optional(),
  text: z.string().optional(),
  payload: z.string().optional(),
  currency: fallback.optional(),
  date_time: fallback.optional(),
});
const component = z.looseObject({
  type: z.string().transform((type) => type.toLowerCase()),
  index: z.coerce.number().int().optional(),
  parameters: z.array(parameter).max(100).default([]),
});

type Parameter = z.infer<typeof parameter>;
type SentComponent = z.infer<typeof component>;

/** Fills a template in. Throws 132000 when parameters are missing or too many, 132012 when one is of a wrong type. */
export function renderTemplate(template: Template, components: unknown): RenderedTemplate {
  const parsed = z.array(component).default([]).safeParse(components);
  if (!parsed.success) throw new GraphError(WRONG_FORMAT, { details: parsed.error.issues[0]?.message });
  const sent = parsed.data;
  const parametersOf = (type: string) => sent.find((one) => one.type === type)?.parameters ?? [];
  const rendered: RenderedTemplate = {
    category: template.category,
    header: undefined,
    body: "",
    footer: undefined,
    buttons: [],
  };
  for (const part of template.components) {
    switch (part.type) {
      case "HEADER":
        rendered.header = renderHeader(part, parametersOf("header"));
        break;
      case "BODY":
        rendered.body = fill(part.text, parametersOf("body"), "body");
        break;
      case "FOOTER":
        rendered.footer = part.text;
        break;
      case "BUTTONS":
        rendered.buttons = part.buttons.map((button, index) => renderButton(button, index, sent));
        break;
      case "CAROUSEL":
      case "LIMITED_TIME_OFFER":
        break;
      default:
        part satisfies never;
    }
  }
  return rendered;
}

type Header = Extract<Template["components"][number], { type: "HEADER" }>;

function renderHeader(header: Header, parameters: Parameter[]): string {
  if (header.format === "TEXT") return fill(header.text, parameters, "header");
  const format = header.format.toLowerCase();
  if (parameters.length !== 1) throw wrongCount("header", parameters.length, 1);
  if (parameters[0]?.type !== format) {
    throw new GraphError(WRONG_FORMAT, { details: `header: Format mismatch, expected ${header.format}` });
  }
  return `[${format}]`;
}

function renderButton(
  button: TemplateButton,
  index: number,
  sent: SentComponent[],
): RenderedTemplate["buttons"][number] {
  const parameters = sent.find((one) => one.type === "button" && one.index === index)?.parameters ?? [];
  const { type, text } = button;
  if (type === "QUICK_REPLY") return { type, text, payload: parameters[0]?.payload ?? text };
  if (type === "URL") return { type, text, payload: fill(button.url ?? "", parameters, `button ${index}`) };
  return { type, text, payload: button.phone_number ?? parameters[0]?.payload ?? "" };
}

/** Replaces `{{1}}`, or `{{name}}`: positional parameters go by order, named ones by `parameter_name`. */
function fill(text: string, parameters: Parameter[], where: string): string {
  const variables = new Set(Array.from(text.matchAll(VARIABLE), ([, name]) => name ?? ""));
  if (parameters.length !== variables.size) throw wrongCount(where, parameters.length, variables.size);
  return text.replace(VARIABLE, (_, name: string) => {
    const position = Number(name) - 1;
    const found = Number.isInteger(position)
      ? parameters[position]
      : parameters.find((one) => one.parameter_name === name);
    const value = found?.text ?? found?.currency?.fallback_value ?? found?.date_time?.fallback_value;
    if (value === undefined)
      throw new GraphError(WRONG_FORMAT, { details: `${where}: no text for {{${name}}}` });
    return value;
  });
}

function wrongCount(where: string, actual: number, expected: number): GraphError {
  return new GraphError(WRONG_COUNT, {
    details: `${where}: number of localizable_params (${actual}) does not match the expected number of params (${expected})`,
  });
}
