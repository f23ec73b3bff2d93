import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BusinessNumber } from "../world/bodies.ts";
import type { Program } from "./program.ts";

/** A tenant with one connected number, made over the command line. */
export type Workspace = { slug: string; tenantId: string; channelId: string; number: BusinessNumber };

let made = 0;

/** @param graphUrl of the stand-in */
export async function addWorkspace(program: Program, slug: string, graphUrl: string): Promise<Workspace> {
  made += 1;
  const phoneNumberId = `10550000000000${made}`;
  const businessAccountId = `10220000000000${made}`;
  const appSecret = `secret-of-${slug}-long-enough`;
  const tenant = await program.command<{ id: string }>(["tenant", "add", slug]);
  const channel = await program.command<{ id: string }>([
    ...["channel", "add", "--tenant", slug],
    ...["--phone-number-id", phoneNumberId, "--business-account-id", businessAccountId],
    ...["--display-phone-number", "15550001111", "--graph-url", graphUrl],
    ...["--access-token", "token", "--app-secret", appSecret],
  ]);
  const url = `${program.url}/webhooks/whatsapp/${channel.id}`;
  return {
    slug,
    tenantId: tenant.id,
    channelId: channel.id,
    number: { url, appSecret, phoneNumberId, businessAccountId },
  };
}

const node = (id: string, type: string, data: object) => ({
  id,
  type,
  position: { x: 0, y: 0 },
  data: { type, ...data },
});

/** Sends one message and ends: every message starts a new run. */
export const ONE_MESSAGE = {
  nodes: [
    node("start", "start", {}),
    node("reply", "message", { content: "Thank you, we have got your message." }),
  ],
  edges: [{ source: "start", target: "reply" }],
};

/** Asks, and waits. */
export const ONE_QUESTION = {
  nodes: [
    node("start", "start", {}),
    node("ask", "question", {
      questionType: "text",
      content: "What is your order number?",
      variable: "order",
    }),
    node("reply", "message", { content: "Thank you." }),
  ],
  edges: [
    { source: "start", target: "ask" },
    { source: "ask", target: "reply" },
  ],
};

/** Imports and activates a chatbot, in the place of the one before. */
export async function addChatbot(program: Program, { slug }: Workspace, graph: object): Promise<void> {
  const file = join(program.home, `${slug}.json`);
  await writeFile(file, JSON.stringify(graph));
  await program.command([
    "chatbot",
    "import",
    file,
    "--tenant",
    slug,
    "--name",
    `Bot ${Date.now()}`,
    "--activate",
  ]);
}
