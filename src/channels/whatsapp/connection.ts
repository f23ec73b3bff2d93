import type { Connection } from "../connection.ts";
import { addChannel } from "./add_channel.ts";

/** Defines the settings and secrets that connect a WhatsApp number, and the function that stores them. */
export const connection: Connection = {
  what: "a WhatsApp number",
  command: "add",
  mutation: "createChannel",
  sqlFunction: "create_channel",
  table: "app_public.whatsapp_channels",
  settings: {
    phoneNumberId: { about: "Meta's id of the number (not the number itself).", placeholder: "id" },
    businessAccountId: {
      about: "The WhatsApp Business Account (WABA) that the number belongs to.",
      placeholder: "id",
    },
    displayPhoneNumber: { about: "The number in its usual notation.", placeholder: "number" },
    graphUrl: {
      about: "The address of its Graph API, if it is not WHATSAPP_GRAPH_URL: a sandbox or a proxy.",
      placeholder: "url",
      isForOperators: true,
    },
  },
  nameFrom: "displayPhoneNumber",
  secrets: {
    accessToken: {
      about: "The token of a system user who may send for the account.",
      placeholder: "token",
      variable: "WHATSAPP_ACCESS_TOKEN",
    },
    appSecret: {
      about: "The Meta app's secret, which signs its webhooks.",
      placeholder: "secret",
      variable: "WHATSAPP_APP_SECRET",
    },
    verifyToken: {
      about: "A word of your choice that Meta sends when it verifies the webhook's address.",
      placeholder: "token",
      variable: "WHATSAPP_VERIFY_TOKEN",
      isOurs: true,
    },
  },
  add: (db, { tenantId, name, settings, secrets }, keyRing) => {
    const { phoneNumberId, businessAccountId, displayPhoneNumber, graphUrl } = settings;
    const number = {
      tenantId,
      name: name ?? displayPhoneNumber!,
      phoneNumberId: phoneNumberId!,
      businessAccountId: businessAccountId!,
      displayPhoneNumber: displayPhoneNumber!,
      graphUrl,
    };
    return addChannel(db, number, secrets, keyRing);
  },
};
