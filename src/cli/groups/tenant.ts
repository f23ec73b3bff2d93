import { tenantAdd } from "../commands/tenant_add.ts";
import { tenantList } from "../commands/tenant_list.ts";

/** `parley tenant …`. */
export const commands = () => [tenantAdd(), tenantList()];
