import { randomUUID } from "node:crypto";
import { sign } from "../../src/channels/whatsapp/inbound/signature.ts";

/** Posting webhooks as Meta does. */

type Address = { channelId: string; appSecret: string };

/** Posts a body, signed with the channel's app secret unless headers say otherwise. */
export function postWebhook(
  url: string,
  { channelId, appSecret }: Address,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/webhooks/whatsapp/${channelId}`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: {
      "content-type": "application/json",
      "x-hub-signature-256": sign(body, appSecret),
      ...headers,
    },
  });
}

type Number = { phoneNumberId: string; businessAccountId: string };

/** A body with one change for each value. */
export function webhookBody(number: Number, ...values: object[]): string {
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: number.businessAccountId,
        changes: values.map((value) => ({ field: "messages", value: framed(number, value) })),
      },
    ],
  });
}

/** A value with the frame that says which number it is for. */
export function framed({ phoneNumberId }: Pick<Number, "phoneNumberId">, value: object): object {
  return {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550001111", phone_number_id: phoneNumberId },
    ...value,
  };
}

/** Text messages of one customer, with the contact that comes beside them. */
export function texts(from: string, ...bodies: string[]): { contacts: object[]; messages: object[] } {
  return {
    contacts: [{ wa_id: from, profile: { name: `Customer ${from}` } }],
    messages: bodies.map((body) => textMessage(from, body)),
  };
}

export function textMessage(from: string, body: string, id = `wamid.${randomUUID()}`): object {
  return { from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: "text", text: { body } };
}
