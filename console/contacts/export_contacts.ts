import type { Connection } from "../graphql/connection.ts";
import type { Filter } from "../inbox/views.ts";
import { ApiError } from "../session/account_request.ts";
import { saveFile } from "../ui/save_file.ts";

/**
 * Saves the contacts that a filter matches as a CSV file.
 * @throws ApiError
 */
export async function exportContacts(connection: Connection, filter: Filter | null): Promise<void> {
  const query = filter ? `?${new URLSearchParams({ filter: JSON.stringify(filter) })}` : "";
  saveFile(await (await fetched(connection, `/exports/contacts${query}`)).blob(), "contacts.csv");
}

/**
 * Requests an address of the server that is not GraphQL.
 * @throws ApiError with the code of the answer
 */
export async function fetched(connection: Connection, path: string, init?: RequestInit): Promise<Response> {
  const response = await connection.fetch(path, init).catch(() => {
    throw new ApiError("PYNET", "The server cannot be reached");
  });
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: undefined }));
  throw new ApiError(error?.code ?? "PYUNA", error?.message ?? `The server answered ${response.status}`);
}
