import { z } from "zod";
import { GraphError } from "../graph_error.ts";
import type { Template } from "../templates.ts";

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

const upper = z.string().transform((text) => text.toUpperCase());
const component = z.looseObject({ type: upper });
export const newTemplate = z.object({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.string().regex(/^[a-z]{2,3}([_-][A-Za-z]{2,4})?$/),
  category: upper.pipe(z.enum(["AUTHENTICATION", "MARKETING", "UTILITY"])),
  parameter_format: upper.pipe(z.enum(["POSITIONAL", "NAMED"])).default("POSITIONAL"),
  components: z.array(component).min(1).max(10),
  message_send_ttl_seconds: z.number().int().optional(),
});
export const templateEdit = newTemplate
  .pick({ components: true })
  .extend({ category: upper.pipe(z.enum(["AUTHENTICATION", "MARKETING", "UTILITY"])).optional() });

/** Refuses a template as Meta does when it is submitted: without a review, with an error for its author. */
export function checkTemplate(
  components: Template["components"],
  category: Template["category"],
  isHandle: (handle: string) => boolean,
): void {
  const body = components.find((part) => part.type === "BODY");
  if (!body) throw invalid(2388043, "The template has no body", "A template has a component of type BODY.");
  if (category === "AUTHENTICATION") return;
  checkBody(body);
  for (const part of components) {
    if (part.type !== "HEADER" || part.format === "TEXT" || part.format === "LOCATION") continue;
    const { example } = part as { example?: { header_handle?: unknown[] } };
    const handle = example?.header_handle?.[0];
    if (typeof handle !== "string" || !isHandle(handle))
      throw invalid(
        2388273,
        "The example is missing",
        "A header with a file needs the handle of an example.",
      );
  }
}

function checkBody({ text = "", ...rest }: { text?: string }): void {
  if (text.length < 1 || text.length > 1024)
    throw invalid(2388040, "The body is too long", "A body has 1 to 1024 characters.");
  if (/^\s*\{\{|\}\}\s*$/.test(text))
    throw invalid(
      2388299,
      "Variables at the ends",
      "Variables cannot be at the start or end of the template.",
    );
  const variables = new Set(Array.from(text.matchAll(VARIABLE), ([, name]) => name));
  const words = text.replace(VARIABLE, " ").match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  if (words < 2 * variables.size + 1)
    throw invalid(2388293, "Too many variables", "The template has too many variables for its length.");
  const { example } = rest as { example?: { body_text?: unknown[][]; body_text_named_params?: unknown[] } };
  const examples = example?.body_text_named_params ?? example?.body_text?.[0] ?? [];
  if (examples.length !== variables.size)
    throw invalid(2388044, "Examples are missing", "Each variable needs an example.");
}

/** An error with a number of its own as subcode, and texts for the author of the template. */
export function invalid(subcode: number, title: string, message: string): GraphError {
  return new GraphError(100, { message: "Invalid parameter", subcode, user: { title, message } });
}
