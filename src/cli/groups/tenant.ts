import { tenantAdd } from "../commands/tenant_add.ts";
import { tenantExport } from "../commands/tenant_export.ts";
import { tenantImport } from "../commands/tenant_import.ts";
import { tenantList } from "../commands/tenant_list.ts";

/** `parley tenant …`. */
export const commands = () => [tenantAdd(), tenantList(), tenantExport(), tenantImport()];
