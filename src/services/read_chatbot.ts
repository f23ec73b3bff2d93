import { ParleyError } from "../base/errors.ts";
import type { ExportedChatbot } from "../chatbot/exchange/export.ts";
import type { Db } from "../database/db.ts";

/**
 * Reads a chatbot's draft with everything that its export needs: the graphs it calls, as last published (or their
 * drafts, if never published), and the forms that all of them send. @throws ParleyError PYNFD
 */
export async function readChatbot(db: Db, chatbotId: string): Promise<ExportedChatbot> {
  const { rows } = await db.query<{ chatbot: ExportedChatbot | null }>(
    "select app_hidden.read_chatbot_export($1) as chatbot",
    [chatbotId],
  );
  const chatbot = rows[0]?.chatbot;
  if (!chatbot) throw new ParleyError("PYNFD", "The chatbot does not exist");
  return chatbot;
}
