import { keyCreate } from "../commands/key_create.ts";
import { keyList } from "../commands/key_list.ts";
import { keyRevoke } from "../commands/key_revoke.ts";

/** `parley key …`. */
export const commands = () => [keyCreate(), keyList(), keyRevoke()];
