import { databaseDrop, databaseRecreate } from "../commands/database_remove.ts";
import { databaseUrl } from "../commands/database_url.ts";

/** `parley database …`. */
export const commands = () => [databaseUrl(), databaseDrop(), databaseRecreate()];
