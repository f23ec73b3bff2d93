import { z } from "zod";
import type { Message } from "../chats.ts";
import type { CustomerPhone } from "../customer_phone.ts";
import { isAddress, normaliseAddress } from "../customers.ts";
import { ADDRESS_CHANGE_SHAPES } from "../facts.ts";
import { characters } from "../outbound/limits.ts";

const wamid = z.string().min(1).max(512);
const YEAR = 365 * 86_400;
const seconds = z.number().int().min(-YEAR).max(YEAR);

const phoneNumber = z.string().refine((text) => !text.includes(".") && isAddress(normaliseAddress(text)));
const userId = z.string().refine((text) => text.includes(".") && isAddress(text));

/** The ad that was tapped, in the Graph API's words; Meta leaves out what an ad does not have. */
const referral = z.looseObject({
  source_url: z.url().max(2048),
  source_id: characters(64),
  source_type: z.enum(["ad", "post"]),
});

/** An action of a customer, as the page sends it. */
export const action = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("say"),
    body: characters(4096),
    replyTo: wamid.optional(),
    referral: referral.optional(),
  }),
  z.object({ kind: z.literal("tap"), choice: characters(256), wamid: wamid.optional() }),
  z.object({
    kind: z.literal("location"),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: characters(256).optional(),
    address: characters(256).optional(),
  }),
  z.object({ kind: z.literal("react"), wamid, emoji: z.string().max(64) }),
  z.object({ kind: z.literal("edit"), wamid, body: characters(4096) }),
  z.object({ kind: z.literal("revoke"), wamid }),
  z.object({ kind: z.literal("read") }),
  z.object({ kind: z.literal("play"), wamid }),
  z.object({
    kind: z.literal("burst"),
    bodies: z.array(characters(4096)).min(1).max(100),
    inOnePost: z.boolean().optional(),
  }),
  z.object({ kind: z.literal("repeat"), wamid, secondsLater: seconds.optional() }),
  z.object({ kind: z.literal("echo"), wamid }),
  z.object({
    kind: z.literal("import"),
    what: z.enum(["placeholder", "media"]),
    from: z.enum(["customer", "business"]).default("customer"),
    wamid: wamid.optional(),
    secondsAgo: seconds.min(0).default(10 * 86_400),
    caption: characters(1024).optional(),
  }),
  z.object({
    kind: z.literal("changeAddress"),
    phone: phoneNumber.optional(),
    userId: userId.optional(),
    parentUserId: userId.optional(),
    shape: z.enum(ADDRESS_CHANGE_SHAPES).optional(),
  }),
  z.object({ kind: z.literal("preferMarketing"), allows: z.boolean() }),
  z.object({
    kind: z.literal("repeatFact"),
    fact: z.enum(["address", "marketing"]),
    back: z.number().int().min(1).max(20).optional(),
  }),
]);

/** Performs an action on the phone; returns the new message, if any. Throws a CustomerError when impossible. */
export function act(phone: CustomerPhone, input: z.infer<typeof action>): Pick<Message, "wamid"> | undefined {
  switch (input.kind) {
    case "say":
      return phone.say(input.body, { replyTo: input.replyTo, referral: input.referral });
    case "tap":
      return phone.tap(input.choice, input.wamid);
    case "location": {
      const { kind: _, ...location } = input;
      return phone.sendLocation(location);
    }
    case "react":
      return phone.react(input.wamid, input.emoji);
    case "edit":
      return phone.edit(input.wamid, input.body);
    case "revoke":
      return phone.revoke(input.wamid);
    case "read":
      phone.read();
      return undefined;
    case "play":
      phone.play(input.wamid);
      return undefined;
    case "burst":
      return phone.burst(input.bodies, input);
    case "repeat":
      return phone.repeat(input.wamid, input.secondsLater);
    case "echo":
      return phone.echo(input.wamid);
    case "import":
      return { wamid: phone.importMessage(input) };
    case "changeAddress": {
      const { kind: _, shape, ...change } = input;
      phone.changeAddress(change, shape);
      return undefined;
    }
    case "preferMarketing":
      phone.preferMarketing(input.allows);
      return undefined;
    case "repeatFact":
      phone.repeatFact(input.fact, input.back);
      return undefined;
    default:
      return input satisfies never;
  }
}
