import { z } from "zod";
import type { CustomerPhone } from "../customer-phone.ts";
import type { Message } from "../message.ts";
import { characters } from "../outbound/limits.ts";

const wamid = z.string().min(1).max(512);

/** Something a customer does, as the page says it. */
export const action = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("say"), body: characters(4096), replyTo: wamid.optional() }),
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
]);

/** Does it on the phone. The message it became, if it became one. Throws a CustomerError when it cannot be done. */
export function act(phone: CustomerPhone, wish: z.infer<typeof action>): Message | undefined {
  switch (wish.kind) {
    case "say":
      return phone.say(wish.body, { replyTo: wish.replyTo });
    case "tap":
      return phone.tap(wish.choice, wish.wamid);
    case "location": {
      const { kind: _, ...location } = wish;
      return phone.sendLocation(location);
    }
    case "react":
      return phone.react(wish.wamid, wish.emoji);
    case "edit":
      return phone.edit(wish.wamid, wish.body);
    case "revoke":
      return phone.revoke(wish.wamid);
    case "read":
      phone.read();
      return undefined;
    default:
      return wish satisfies never;
  }
}
