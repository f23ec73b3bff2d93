import type { Connection } from "../graphql/connection.ts";
import { ApiError } from "../session/account_request.ts";
import { saveFile } from "../ui/save_file.ts";
import type { Contact } from "./documents.ts";

/**
 * Saves everything that is stored about a contact as a file. A link could not send the token.
 * @throws ApiError
 */
export async function exportContact(connection: Connection, { id }: Pick<Contact, "id">): Promise<void> {
  const response = await connection.fetch(`/exports/contacts/${id}`);
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({ error: undefined }));
    throw new ApiError(error?.code ?? "PYUNA", error?.message ?? `The server answered ${response.status}`);
  }
  saveFile(await response.blob(), `contact-${id}.jsonl`);
}
