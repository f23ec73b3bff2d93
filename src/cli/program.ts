import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { backup } from "./commands/backup.ts";
import { doctor } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { maintenance } from "./commands/maintenance.ts";
import { migrate } from "./commands/migrate.ts";
import { restore } from "./commands/restore.ts";
import { serve } from "./commands/serve.ts";
import { sql } from "./commands/sql.ts";
import { start } from "./commands/start.ts";
import { stats } from "./commands/stats.ts";
import { work } from "./commands/work.ts";
import { group } from "./define.ts";

type Group = {
  summary: string;
  alias?: string;
  /** Loading the commands of all groups would take most of the time of a short command. */
  load: () => Promise<{ commands: () => Command[] }>;
};

const GROUPS: Record<string, Group> = {
  tenant: { summary: "Tenants: separate workspaces", load: () => import("./groups/tenant.ts") },
  user: { summary: "Users: members of staff", alias: "users", load: () => import("./groups/user.ts") },
  key: { summary: "API keys of programs", load: () => import("./groups/key.ts") },
  channel: { summary: "Connected numbers", load: () => import("./groups/channel.ts") },
  contact: { summary: "Contacts", alias: "contacts", load: () => import("./groups/contact.ts") },
  chatbot: { summary: "Chatbots", load: () => import("./groups/chatbot.ts") },
  segment: { summary: "Segments: saved filters of contacts", load: () => import("./groups/segment.ts") },
  campaign: { summary: "Campaigns: messages to many contacts", load: () => import("./groups/campaign.ts") },
  template: { summary: "Message templates", load: () => import("./groups/template.ts") },
  erasure: { summary: "Erased contacts", load: () => import("./groups/erasure.ts") },
  audit: { summary: "The record of who changed and exported what", load: () => import("./groups/audit.ts") },
  retention: { summary: "What is done with old data", load: () => import("./groups/retention.ts") },
  webhook: { summary: "Received webhook bodies", load: () => import("./groups/webhook.ts") },
  secrets: { summary: "Encrypted secrets", load: () => import("./groups/secrets.ts") },
  database: { summary: "The database: its address, dropping it", load: () => import("./groups/database.ts") },
};

/** The `parley` command. Of the groups that `args` do not name, it has the names only. */
export async function programFor(args: readonly string[]): Promise<Command> {
  // `parley user add`, `parley help user`.
  const words = args.slice(0, 2);
  return build(({ name, alias }) => words.includes(name) || (alias !== undefined && words.includes(alias)));
}

/** The `parley` command with all of its commands. */
export function wholeProgram(): Promise<Command> {
  return build(() => true);
}

async function build(isLoaded: (group: { name: string; alias?: string }) => boolean): Promise<Command> {
  const groups = await Promise.all(
    Object.entries(GROUPS).map(async ([name, { summary, alias, load }]) => {
      const commands = isLoaded({ name, ...(alias && { alias }) }) ? (await load()).commands() : [];
      const built = group(name, summary, commands);
      return alias ? built.alias(alias) : built;
    }),
  );
  const program = new Command("parley")
    .description("A messaging backend that lives in PostgreSQL: insert a row, send a message.")
    .version(packageJson.version)
    // Otherwise `--version` after a command's name would be the program's; some commands have an option of that name.
    .enablePositionalOptions();
  const operations = [stats(), doctor(), backup(), restore(), maintenance()];
  const commands = [start(), serve(), work(), migrate(), ...groups, ...operations, exportCommand(), sql()];
  for (const command of commands) program.addCommand(command);
  return program;
}
