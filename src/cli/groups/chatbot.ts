import { chatbotActivate } from "../commands/chatbot_activate.ts";
import { chatbotDeactivate } from "../commands/chatbot_deactivate.ts";
import { chatbotExport } from "../commands/chatbot_export.ts";
import { chatbotImport } from "../commands/chatbot_import.ts";
import { chatbotList } from "../commands/chatbot_list.ts";
import { chatbotPublish } from "../commands/chatbot_publish.ts";
import { chatbotReplay } from "../commands/chatbot_replay.ts";
import { chatbotRun } from "../commands/chatbot_run.ts";
import { chatbotStats } from "../commands/chatbot_stats.ts";
import { chatbotValidate } from "../commands/chatbot_validate.ts";
import { chatbotVersions } from "../commands/chatbot_versions.ts";

/** `parley chatbot …`. */
export const commands = () => [
  chatbotImport(),
  chatbotExport(),
  chatbotList(),
  chatbotValidate(),
  chatbotPublish(),
  chatbotActivate(),
  chatbotDeactivate(),
  chatbotVersions(),
  chatbotRun(),
  chatbotReplay(),
  chatbotStats(),
];
