import { auditVerify } from "../commands/audit_verify.ts";

/** `parley audit …`. */
export const commands = () => [auditVerify()];
