import { whatsappSettings } from "./whatsapp/settings.ts";

/** The environment's settings that belong to one kind of channel, for the one reader of the environment. */
export const CHANNEL_SETTINGS = { ...whatsappSettings };
