import { z } from "zod";
import { areDistinct, characters, link } from "./limits.ts";
import { document, image, video } from "./media.ts";

const textHeader = z.looseObject({ type: z.literal("text"), text: characters(60) });
const header = z
  .discriminatedUnion("type", [
    textHeader,
    z.looseObject({ type: z.literal("image"), image }),
    z.looseObject({ type: z.literal("video"), video }),
    z.looseObject({ type: z.literal("document"), document }),
  ])
  .optional();
const body = z.looseObject({ text: characters(1024) });
const longBody = z.looseObject({ text: characters(4096) });
const footer = z.looseObject({ text: characters(60) }).optional();

const replyButton = z.looseObject({
  type: z.literal("reply"),
  reply: z.looseObject({ id: characters(256), title: characters(20) }),
});
const buttons = z
  .array(replyButton)
  .min(1, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
  .max(3, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
  .refine((all) => areDistinct(all.map(({ reply }) => reply.id)), "Button ids must differ")
  .refine((all) => areDistinct(all.map(({ reply }) => reply.title)), "Button titles must differ");

const row = z.looseObject({
  id: characters(200),
  title: characters(24),
  description: characters(72, 0).optional(),
});
const section = z.looseObject({ title: characters(24, 0).optional(), rows: z.array(row).min(1).max(10) });
const sections = z
  .array(section)
  .min(1)
  .max(10)
  .refine(
    (all) => all.length === 1 || all.every(({ title }) => title),
    "Sections need a title when there are several",
  )
  .refine((all) => all.flatMap(({ rows }) => rows).length <= 10, "Total row count exceeds the limit of 10")
  .refine((all) => areDistinct(all.flatMap(({ rows }) => rows.map(({ id }) => id))), "Row ids must differ");

const urlAction = z.looseObject({
  name: z.literal("cta_url"),
  parameters: z.looseObject({ display_text: characters(20), url: link }),
});
const flowAction = z.looseObject({
  name: z.literal("flow"),
  parameters: z
    .looseObject({
      flow_message_version: z.string(),
      flow_id: z.string().optional(),
      flow_name: z.string().optional(),
      flow_cta: characters(30),
    })
    .refine((flow) => (flow.flow_id === undefined) !== (flow.flow_name === undefined), {
      error: "Exactly one of flow_id and flow_name is required",
    }),
});

/** The interactive messages the sandbox's phone can show. */
export const interactive = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("button"), header, body, footer, action: z.looseObject({ buttons }) }),
  z.looseObject({
    type: z.literal("list"),
    header: textHeader.optional(),
    body: longBody,
    footer,
    action: z.looseObject({ button: characters(20), sections }),
  }),
  z.looseObject({ type: z.literal("cta_url"), header, body, footer, action: urlAction }),
  z.looseObject({
    type: z.literal("location_request_message"),
    body,
    action: z.looseObject({ name: z.literal("send_location") }),
  }),
  z.looseObject({ type: z.literal("flow"), header, body, footer, action: flowAction }),
]);
