import { z } from "zod";
import { GraphError } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import { CONTENT, type ContentType, isContentType } from "./content.ts";

const INVALID = 100;
const MISSING = 131008;
const NOT_VALID = 131009;
const UNSUPPORTED_TYPE = 131051;

const product = z.looseObject({ messaging_product: z.literal("whatsapp") });
const envelope = product.extend({
  recipient_type: z.literal("individual").optional(),
  to: z.string().max(256).optional(),
  recipient: z.string().max(256).optional(),
  type: z.string().max(64).default("text"),
  context: z.looseObject({ message_id: z.string().min(1).max(512) }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
});
const receipt = product.extend({
  status: z.literal("read"),
  message_id: z.string().min(1).max(512),
  typing_indicator: z.looseObject({ type: z.literal("text") }).optional(),
});

export interface OutboundSend {
  to: string | undefined;
  recipient: string | undefined;
  type: ContentType;
  /** The object of that type, as it was sent. */
  content: unknown;
  replyTo: string | undefined;
  callbackData: string | undefined;
}

/** Reads a send. Throws a GraphError that names the parameter at fault. */
export function parseSend(body: JsonObject): OutboundSend {
  const { to, recipient, type, context, biz_opaque_callback_data: callbackData } = check(envelope, body, []);
  if (!isContentType(type)) {
    throw new GraphError(UNSUPPORTED_TYPE, {
      details: `Param type must be one of {${Object.keys(CONTENT).join(", ")}}`,
    });
  }
  check<unknown>(CONTENT[type], body[type], [type]);
  return { to, recipient, type, content: body[type], replyTo: context?.message_id, callbackData };
}

/** Reads a read receipt (and typing indicator). */
export function parseReceipt(body: JsonObject): { wamid: string; isTyping: boolean } {
  const { message_id: wamid, typing_indicator: typing } = check(receipt, body, []);
  return { wamid, isTyping: typing !== undefined };
}

function check<T>(schema: z.ZodType<T>, value: unknown, path: PropertyKey[]): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const parameter = printPath([...path, ...(issue?.path ?? [])]);
  if (issue?.input === undefined)
    throw new GraphError(MISSING, { details: `Parameter '${parameter}' is required` });
  // Meta's own inconsistency, kept: a text that is too long, and the envelope, are 100; the rest is 131009.
  const code = path.length === 0 || parameter === "text['body']" ? INVALID : NOT_VALID;
  throw new GraphError(code, {
    message: code === INVALID ? `(#100) Param ${parameter}: ${issue.message}` : undefined,
    details: `Param ${parameter}: ${issue.message}`,
  });
}

/** `interactive['action']['buttons'][0]`, as Meta names parameters. */
function printPath([first, ...rest]: PropertyKey[]): string {
  const steps = rest.map((step) => (typeof step === "number" ? `[${step}]` : `['${String(step)}']`));
  return String(first ?? "") + steps.join("");
}
