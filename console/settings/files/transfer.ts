import type { Connection } from "../../graphql/connection.ts";

/**
 * Saves what an address answers as a file: a link would not send the token.
 * @throws Error with the API's message
 */
export async function download(connection: Connection, path: string, filename: string): Promise<void> {
  const response = await connection.fetch(path);
  if (!response.ok) throw new Error(await messageOf(response));
  const url = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement("a"), { href: url, download: filename }).click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Sends a file as the body.
 * @throws Error with the API's message
 */
export async function upload(connection: Connection, path: string, file: File): Promise<void> {
  const response = await connection.fetch(path, { method: "POST", body: file });
  if (!response.ok) throw new Error(await messageOf(response));
}

async function messageOf(response: Response): Promise<string> {
  const answer = await response.json().catch(() => null);
  return answer?.error?.message ?? `HTTP ${response.status}`;
}
