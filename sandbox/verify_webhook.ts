import type { BusinessNumber } from "./numbers.ts";
import type { Random } from "./random.ts";

const DEADLINE_MS = 10_000;

/** Meta's verification GET: true when the answer is 200 with only the challenge. Rejects when there is no answer. */
export async function verifyWebhook(number: BusinessNumber, random: Random): Promise<boolean> {
  const challenge = String(Math.floor(random() * 1e9));
  const url = new URL(number.webhookUrl);
  url.searchParams.set("hub.mode", "subscribe");
  url.searchParams.set("hub.challenge", challenge);
  url.searchParams.set("hub.verify_token", number.verifyToken ?? "");
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(DEADLINE_MS) });
  return response.status === 200 && (await response.text()) === challenge;
}
