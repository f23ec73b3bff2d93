import { contactBlock, contactDelete, contactRestore, contactUnblock } from "../commands/contact_change.ts";
import { contactData } from "../commands/contact_data.ts";
import { contactErase } from "../commands/contact_erase.ts";
import { contactImport } from "../commands/contact_import.ts";
import { contactMerge } from "../commands/contact_merge.ts";
import { contactShow } from "../commands/contact_show.ts";
import { exportOf } from "../commands/export.ts";

/** `parley contact …`. */
export const commands = () => [
  contactImport(),
  exportOf("contacts", "parley contact export --tenant bakery --output contacts.csv"),
  contactShow(),
  contactData(),
  contactBlock(),
  contactUnblock(),
  contactMerge(),
  contactDelete(),
  contactRestore(),
  contactErase(),
];
