import {
  templateDelete,
  templateEdit,
  templateSubmit,
  templateUnpause,
} from "../commands/template_change.ts";
import { templateCreate } from "../commands/template_create.ts";
import { templateList } from "../commands/template_list.ts";
import { templateSync } from "../commands/template_sync.ts";

/** `parley template …`. */
export const commands = () => [
  templateList(),
  templateSync(),
  templateCreate(),
  templateSubmit(),
  templateEdit(),
  templateUnpause(),
  templateDelete(),
];
