import pg from "pg";
import { backUp } from "../../../src/backup/back_up.ts";
import type { Manifest } from "../../../src/backup/manifest.ts";
import { openTarget } from "../../../src/backup/open_place.ts";
import { readConfig } from "../../../src/base/config.ts";
import { blocksOf, document } from "../../docs/document.ts";
import { storedMedia } from "../../support/media.ts";
import { hear, reaction } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace } from "../../support/people.ts";

/** What every release can find in its database: a conversation that begins with this. */
export const GREETING = "Grüße 👋";

/** Fills a migrated database with the rows that the statements of docs/sql.md leave behind, and backs it up. */
export async function writeReleaseBackup(url: string, path: string): Promise<Manifest> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await fill(client).finally(() => client.end());
  const { manifest } = await backUp(url, await openTarget(path, readConfig({ NODE_ENV: "test" })));
  return manifest;
}

async function fill(client: pg.Client): Promise<void> {
  const workspace = await aWorkspace(client);
  await client.query("update app_public.tenants set slug = 'bakery' where id = $1", [workspace.tenantId]);
  for (const role of ["owner", "agent", "viewer"] as const) await aPerson(client, workspace.tenantId, role);
  const thread = await aConversation(client, workspace);
  await hear(client, workspace, thread, { content: { body: GREETING }, wamid: "wamid.greeting" });
  await hear(client, workspace, thread, reaction("wamid.greeting", "👍"));
  const variables: Record<string, string> = {
    conversation: thread.conversationId,
    media: await storedMedia(client, workspace.tenantId),
  };
  for (const { language, note, text } of blocksOf(document("docs/sql.md"))) {
    // The others are refused, or are about roles of the server.
    if (language !== "sql" || note !== "") continue;
    await client.query(text.replaceAll(/:'(\w+)'/g, (_, name: string) => pg.escapeLiteral(variables[name]!)));
  }
}
