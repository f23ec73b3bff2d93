import { CHANNEL_CHECKS } from "./channel_checks.ts";
import type { CheckGroup } from "./check.ts";
import { INDEX_CHECKS } from "./index_checks.ts";
import { INSTALLATION_CHECKS } from "./installation_checks.ts";
import { SERVER_CHECKS } from "./server_checks.ts";
import { SESSION_CHECKS } from "./session_checks.ts";
import { TABLE_CHECKS } from "./table_checks.ts";

/** All checks, in the order of docs/doctor.md. */
export const CHECK_GROUPS: readonly CheckGroup[] = [
  { name: "Installation", checks: INSTALLATION_CHECKS },
  { name: "Channels", checks: CHANNEL_CHECKS },
  { name: "Server", checks: SERVER_CHECKS },
  { name: "Sessions", checks: SESSION_CHECKS },
  { name: "Tables", checks: TABLE_CHECKS },
  { name: "Indexes", checks: INDEX_CHECKS },
];
