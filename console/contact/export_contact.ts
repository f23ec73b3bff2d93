import { fetched } from "../contacts/export_contacts.ts";
import type { Connection } from "../graphql/connection.ts";
import { saveFile } from "../ui/save_file.ts";

/**
 * Saves everything that is stored about a contact as a file. A link could not send the token.
 * @throws ApiError
 */
export async function exportContact(connection: Connection, contactId: string): Promise<void> {
  saveFile(
    await (await fetched(connection, `/exports/contacts/${contactId}`)).blob(),
    `contact-${contactId}.zip`,
  );
}
