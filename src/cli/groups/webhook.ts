import { webhookReplay } from "../commands/webhook_replay.ts";

/** `parley webhook …`. */
export const commands = () => [webhookReplay()];
