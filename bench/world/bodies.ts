import { createHmac } from "node:crypto";

/** The number that bodies are about, as Meta knows it, and how to sign for it. */
export type BusinessNumber = {
  url: string;
  appSecret: string;
  phoneNumberId: string;
  businessAccountId: string;
};

/** A message that Meta has accepted: Meta's id, and Parley's id from `biz_opaque_callback_data`. */
export type Sent = { wamid: string; ours: string | null; to: string };

type Incoming = { id: string; from: string; text: string };

const NAMES = ["Ana", "Bruno", "Chloé", "Deniz", "Emre", "Fatma", "Gül", "Hasan", "Inés", "João"];

/** The customer with this number among all; digits as Meta writes them. */
export function phoneOf(customer: number): string {
  return `1555${String(customer).padStart(8, "0")}`;
}

/** The name of a customer: always the same for the same phone. */
function nameOf(phone: string): string {
  const seed = Number(phone.slice(-6));
  return `${NAMES[seed % NAMES.length]} ${seed}`;
}

export function messagesBody(number: BusinessNumber, messages: readonly Incoming[]): Buffer {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return envelope(number, {
    contacts: messages.map(({ from }) => ({ profile: { name: nameOf(from) }, wa_id: from })),
    messages: messages.map(({ id, from, text }) => ({
      from,
      id,
      timestamp,
      text: { body: text },
      type: "text",
    })),
  });
}

type IncomingFile = {
  id: string;
  from: string;
  type: "image" | "document";
  file: { id: string; mimeType: string; sha256: string };
};

export function filesBody(number: BusinessNumber, messages: readonly IncomingFile[]): Buffer {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return envelope(number, {
    contacts: messages.map(({ from }) => ({ profile: { name: nameOf(from) }, wa_id: from })),
    messages: messages.map(({ id, from, type, file }) => ({
      from,
      id,
      timestamp,
      [type]: { id: file.id, mime_type: file.mimeType, sha256: file.sha256 },
      type,
    })),
  });
}

export type Status = { of: Sent; status: "sent" | "delivered" | "read" };

export function statusesBody(number: BusinessNumber, statuses: readonly Status[]): Buffer {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return envelope(number, {
    statuses: statuses.map(({ of, status }) => ({
      id: of.wamid,
      status,
      timestamp,
      recipient_id: of.to,
      ...(of.ours !== null && { biz_opaque_callback_data: of.ours }),
      pricing: { billable: true, pricing_model: "PMP", category: "utility", type: "regular" },
    })),
  });
}

/** The signature's header. */
export function signature(body: Buffer, appSecret: string): Record<string, string> {
  const digest = createHmac("sha256", appSecret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${digest}` };
}

/** What Meta reports when it has decided about a template. */
export function templateBody(
  { businessAccountId }: BusinessNumber,
  template: { id: string; name: string; language: string },
  status: string,
): Buffer {
  const value = {
    event: status,
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
    reason: "NONE",
  };
  return Buffer.from(
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        {
          id: businessAccountId,
          time: Math.floor(Date.now() / 1000),
          changes: [{ value, field: "message_template_status_update" }],
        },
      ],
    }),
  );
}

function envelope({ businessAccountId, phoneNumberId }: BusinessNumber, value: object): Buffer {
  return Buffer.from(
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        {
          id: businessAccountId,
          changes: [
            {
              value: {
                messaging_product: "whatsapp",
                metadata: { display_phone_number: "15550001111", phone_number_id: phoneNumberId },
                ...value,
              },
              field: "messages",
            },
          ],
        },
      ],
    }),
  );
}
