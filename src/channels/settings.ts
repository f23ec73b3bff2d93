import { whatsappSettings } from "./whatsapp/settings.ts";

/** The environment variables of one kind of channel, for the reader of the configuration. */
export const CHANNEL_SETTINGS = { ...whatsappSettings };
