import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { addChannel } from "../channels/whatsapp/add_channel.ts";
import { importChatbot } from "../chatbot/exchange/import.ts";
import type { Db } from "../database/db.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { activateChatbot } from "../services/activate_chatbot.ts";
import { addChatbot } from "../services/add_chatbot.ts";
import type { SignIn } from "./sign_ins.ts";

const CHATBOT = new URL("./chatbot.json", import.meta.url);

/** The slug of the demo tenant. */
export const DEMO_TENANT = "demo";

/** The number that customers of the demo write to. Its ids look like Meta's, but belong to no account. */
const NUMBER = {
  name: "Corner Café (sandbox)",
  phoneNumberId: "100000000000001",
  businessAccountId: "200000000000001",
  displayPhoneNumber: "15550001234",
};

/** Creates the demo tenant: users, a number in the sandbox, and the chatbot that answers. Run it in a transaction. */
export async function createDemo(
  db: Db,
  signIns: readonly SignIn[],
  graphUrl: string,
  keyRing: KeyRing,
): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    "insert into app_public.tenants (slug, name) values ($1, 'Corner Café') returning id",
    [DEMO_TENANT],
  );
  const tenantId = rows[0]!.id;
  for (const { email, role, name, password } of signIns) {
    // Users of an earlier demo may still exist: they get the password that is printed.
    await db.query("select from app_private.add_user($1, $2, $3, $4, $5)", [
      tenantId,
      email,
      role,
      name,
      password,
    ]);
  }
  const secret = () => randomBytes(24).toString("base64url");
  const secrets = { accessToken: secret(), appSecret: secret(), verifyToken: secret() };
  await addChannel(db, { tenantId, ...NUMBER, graphUrl }, secrets, keyRing);

  const read = importChatbot(await readFile(CHATBOT, "utf8"));
  if (read.kind === "refused") throw new Error(`the demo's chatbot is broken: ${read.problems[0]?.message}`);
  const { id } = await addChatbot(db, tenantId, read.chatbot);
  await activateChatbot(db, id);
}
