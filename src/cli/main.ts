import { inspect } from "node:util";
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { CHANNEL_KINDS } from "../channels/registry.ts";
import { campaignCreate } from "./commands/campaign_create.ts";
import { campaignPreview } from "./commands/campaign_preview.ts";
import { campaignResults } from "./commands/campaign_results.ts";
import { campaignStatus } from "./commands/campaign_status.ts";
import {
  campaignCancel,
  campaignPause,
  campaignResume,
  campaignRetry,
  campaignStart,
} from "./commands/campaign_steps.ts";
import { channelAdd } from "./commands/channel_add.ts";
import { channelList } from "./commands/channel_list.ts";
import { channelRotateSecrets } from "./commands/channel_rotate_secrets.ts";
import { chatbotActivate } from "./commands/chatbot_activate.ts";
import { chatbotDeactivate } from "./commands/chatbot_deactivate.ts";
import { chatbotExport } from "./commands/chatbot_export.ts";
import { chatbotImport } from "./commands/chatbot_import.ts";
import { chatbotList } from "./commands/chatbot_list.ts";
import { chatbotPublish } from "./commands/chatbot_publish.ts";
import { chatbotReplay } from "./commands/chatbot_replay.ts";
import { chatbotRun } from "./commands/chatbot_run.ts";
import { chatbotStats } from "./commands/chatbot_stats.ts";
import { chatbotValidate } from "./commands/chatbot_validate.ts";
import { chatbotVersions } from "./commands/chatbot_versions.ts";
import {
  contactBlock,
  contactDelete,
  contactErase,
  contactRestore,
  contactUnblock,
} from "./commands/contact_change.ts";
import { contactImport } from "./commands/contact_import.ts";
import { contactMerge } from "./commands/contact_merge.ts";
import { contactShow } from "./commands/contact_show.ts";
import { databaseUrl } from "./commands/database_url.ts";
import { exportCommand, exportOf } from "./commands/export.ts";
import { keyCreate } from "./commands/key_create.ts";
import { keyList } from "./commands/key_list.ts";
import { keyRevoke } from "./commands/key_revoke.ts";
import { migrate } from "./commands/migrate.ts";
import { secretsReseal } from "./commands/secrets_reseal.ts";
import { segmentList } from "./commands/segment_list.ts";
import { segmentPreview } from "./commands/segment_preview.ts";
import { segmentRemove } from "./commands/segment_remove.ts";
import { segmentSave } from "./commands/segment_save.ts";
import { serve } from "./commands/serve.ts";
import { sql } from "./commands/sql.ts";
import { start } from "./commands/start.ts";
import { stats } from "./commands/stats.ts";
import { templateDelete, templateEdit, templateSubmit, templateUnpause } from "./commands/template_change.ts";
import { templateCreate } from "./commands/template_create.ts";
import { templateList } from "./commands/template_list.ts";
import { templateSync } from "./commands/template_sync.ts";
import { tenantAdd } from "./commands/tenant_add.ts";
import { tenantList } from "./commands/tenant_list.ts";
import { userActivate, userDeactivate } from "./commands/user_activate.ts";
import { userAdd } from "./commands/user_add.ts";
import { userImport } from "./commands/user_import.ts";
import { userInvite } from "./commands/user_invite.ts";
import { userList } from "./commands/user_list.ts";
import { userRemove } from "./commands/user_remove.ts";
import { userRemoveTotp } from "./commands/user_remove_totp.ts";
import { userResetPassword } from "./commands/user_reset_password.ts";
import { userSetPassword } from "./commands/user_set_password.ts";
import { userSetRole } from "./commands/user_set_role.ts";
import { userUnlock } from "./commands/user_unlock.ts";
import { webhookReplay } from "./commands/webhook_replay.ts";
import { work } from "./commands/work.ts";
import { group } from "./define.ts";
import { describeError } from "./describe_error.ts";
import { printable } from "./printable.ts";

/** The `parley` command with all of its commands. */
export const program = new Command("parley")
  .description("A messaging backend that lives in PostgreSQL: insert a row, send a message.")
  .version(packageJson.version)
  // Otherwise `--version` after a command's name would be the program's; some commands have an option of that name.
  .enablePositionalOptions()
  .addCommand(start())
  .addCommand(serve())
  .addCommand(work())
  .addCommand(migrate())
  .addCommand(group("tenant", "Tenants: separate workspaces", [tenantAdd(), tenantList()]))
  .addCommand(
    group("user", "Users: members of staff", [
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
    ]).alias("users"),
  )
  .addCommand(group("key", "API keys of programs", [keyCreate(), keyList(), keyRevoke()]))
  .addCommand(
    group("channel", "Connected numbers", [
      ...CHANNEL_KINDS.map(channelAdd),
      channelList(),
      channelRotateSecrets(),
    ]),
  )
  .addCommand(
    group("contact", "Contacts", [
      contactImport(),
      exportOf("contacts", "parley contact export --tenant bakery --output contacts.csv"),
      contactShow(),
      contactBlock(),
      contactUnblock(),
      contactMerge(),
      contactDelete(),
      contactRestore(),
      contactErase(),
    ]).alias("contacts"),
  )
  .addCommand(
    group("chatbot", "Chatbots", [
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
    ]),
  )
  .addCommand(
    group("segment", "Segments: saved filters of contacts", [
      segmentSave(),
      segmentPreview(),
      segmentList(),
      segmentRemove(),
    ]),
  )
  .addCommand(
    group("campaign", "Campaigns: messages to many contacts", [
      campaignCreate(),
      campaignPreview(),
      campaignStart(),
      campaignPause(),
      campaignResume(),
      campaignCancel(),
      campaignRetry(),
      campaignStatus(),
      campaignResults(),
    ]),
  )
  .addCommand(
    group("template", "Message templates", [
      templateList(),
      templateSync(),
      templateCreate(),
      templateSubmit(),
      templateEdit(),
      templateUnpause(),
      templateDelete(),
    ]),
  )
  .addCommand(group("webhook", "Received webhook bodies", [webhookReplay()]))
  .addCommand(group("secrets", "Encrypted secrets", [secretsReseal()]))
  .addCommand(stats())
  .addCommand(group("database", "The address of the database", [databaseUrl()]))
  .addCommand(exportCommand())
  .addCommand(sql());

/** Runs the command that the arguments of the process name, and ends the process if that fails. */
export async function run(): Promise<void> {
  // Graphile's libraries read GRAPHILE_ENV when they are loaded, and print a warning when it is not set.
  process.env.GRAPHILE_ENV ??= "production";
  try {
    process.loadEnvFile();
  } catch {
    // The file .env does not exist here.
  }
  // The reader of a pipe may close it early: `parley sql … | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode);
    process.stderr.write(`${describeError(error)}\n`);
    if (process.env.LOG_LEVEL === "debug" || process.env.LOG_LEVEL === "trace")
      process.stderr.write(`${printable(inspect(error))}\n`);
    process.exit(1);
  }
}
