import { objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import type { ListedTemplates } from "../../templates.ts";
import type { CloudApiAccess } from "../outbound/access.ts";
import { classifyError, classifyLoss } from "../outbound/classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "../outbound/graph_client.ts";
import { readTemplate, TEMPLATE_FIELDS } from "./read_template.ts";

const PAGE_SIZE = 100;
/** A carousel of long texts has about 20 kB. */
const MAX_PAGE_BYTES = 10_000_000;
const BAD_CURSOR = "131059";

/** Reads a page of the templates of an account. */
export async function listTemplates(
  graph: GraphClient,
  access: CloudApiAccess,
  cursor: string | null,
): Promise<ListedTemplates> {
  const query = new URLSearchParams({ fields: TEMPLATE_FIELDS, limit: String(PAGE_SIZE) });
  if (cursor !== null) query.set("after", cursor);
  const reply = await graph.request({
    method: "GET",
    url: edgeUrl(access, `${access.businessAccountId}/message_templates?${query}`),
    headers: authorization(access),
    maxBytes: MAX_PAGE_BYTES,
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const body = bodyOf(reply);
  if (reply.status !== 200 || !Array.isArray(body?.data)) {
    const failure = classifyError(reply);
    return failure.kind === "rejected" && failure.code === BAD_CURSOR ? { kind: "bad_cursor" } : failure;
  }
  const paging = objectOf(body.paging);
  return {
    kind: "page",
    templates: objectsOf(body.data)
      .map(readTemplate)
      .filter((template) => template !== null),
    // Without `next` this is the last page, although there is a cursor after it.
    next: paging?.next === undefined ? null : wordOf(objectOf(paging.cursors)?.after),
  };
}
