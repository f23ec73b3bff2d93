import { databaseUrl } from "../commands/database_url.ts";

/** `parley database …`. */
export const commands = () => [databaseUrl()];
