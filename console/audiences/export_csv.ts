import type { Connection } from "../graphql/connection.ts";
import { ApiError } from "../session/account_request.ts";
import { saveFile } from "../ui/save_file.ts";

/** Saves the rows of an export (docs/csv.md) as a file. @throws ApiError */
export async function exportCsv(
  connection: Connection,
  kind: "contacts" | "campaign_recipients",
  name: string,
  query: { filter?: unknown; campaign?: string; columns?: string },
): Promise<void> {
  const parameters = new URLSearchParams();
  if (query.filter !== undefined) parameters.set("filter", JSON.stringify(query.filter));
  if (query.campaign !== undefined) parameters.set("campaign", query.campaign);
  if (query.columns !== undefined) parameters.set("columns", query.columns);
  const response = await connection.fetch(`/exports/${kind}?${parameters}`);
  if (!response.ok) {
    const { error } = await response.json();
    throw new ApiError(error.code, error.message);
  }
  saveFile(await response.blob(), `${name}.csv`);
}
