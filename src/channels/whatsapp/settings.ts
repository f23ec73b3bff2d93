import { z } from "zod";
import { url } from "../../base/setting.ts";

/** The environment variables that configure access to the Cloud API. */
export const whatsappSettings = {
  WHATSAPP_GRAPH_URL: url().default("https://graph.facebook.com"),
  WHATSAPP_GRAPH_VERSION: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,2}$/, "is written like v25.0")
    .default("v25.0"),
};
