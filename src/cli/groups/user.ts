import { exportOf } from "../commands/export.ts";
import { userActivate, userDeactivate } from "../commands/user_activate.ts";
import { userAdd } from "../commands/user_add.ts";
import { userImport } from "../commands/user_import.ts";
import { userInvite } from "../commands/user_invite.ts";
import { userList } from "../commands/user_list.ts";
import { userRemove } from "../commands/user_remove.ts";
import { userRemoveTotp } from "../commands/user_remove_totp.ts";
import { userResetPassword } from "../commands/user_reset_password.ts";
import { userSetPassword } from "../commands/user_set_password.ts";
import { userSetRole } from "../commands/user_set_role.ts";
import { userUnlock } from "../commands/user_unlock.ts";

/** `parley user …`. */
export const commands = () => [
  userAdd(),
  userInvite(),
  userList(),
  userSetRole(),
  userSetPassword(),
  userResetPassword(),
  userUnlock(),
  userRemoveTotp(),
  userActivate(),
  userDeactivate(),
  userRemove(),
  userImport(),
  exportOf("users", "parley user export --tenant bakery --columns email,name,role"),
];
