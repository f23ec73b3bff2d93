import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, wordOf } from "../../../base/json/values.ts";
import type { OutboundFile } from "../../outbound_file.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "../outbound/access.ts";
import { classifyError, classifyLoss } from "../outbound/classify_error.ts";
import type { GraphReply } from "../outbound/exchange.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "../outbound/graph_client.ts";

/** How often an upload that broke off is continued. */
const ATTEMPTS = 3;
/** Enough for 16 MB at 0.5 Mbit/s. */
const TIMEOUT_MS = 5 * 60_000;

type Handle = { kind: "handle"; handle: string };

/**
 * Uploads an example by the resumable upload, which belongs to the app of the token: a session is opened, then the bytes
 * are sent; after a loss, from the byte on that is missing. It can be repeated safely. Throws if the file cannot be read.
 */
export async function uploadExample(
  graph: GraphClient,
  access: CloudApiAccess,
  file: OutboundFile,
  signal?: AbortSignal,
): Promise<Handle | Failure> {
  const app = await graph.request({
    method: "GET",
    url: edgeUrl(access, "app?fields=id"),
    headers: authorization(access),
    signal,
  });
  const appId = wordOf(readBody(app)?.id);
  if (appId === null) return failureOf(app);

  const query = new URLSearchParams({
    file_name: file.filename ?? "example",
    file_length: String(file.size),
    file_type: file.mimeType,
  });
  const opened = await graph.request({
    method: "POST",
    url: edgeUrl(access, `${appId}/uploads?${query}`),
    headers: authorization(access),
    signal,
  });
  const session = wordOf(readBody(opened)?.id);
  if (session === null) return failureOf(opened);

  const url = edgeUrl(access, session);
  let reply = await sendBytes(graph, access, url, file, 0, signal);
  for (let attempt = 2; reply.kind === "lost" && attempt <= ATTEMPTS && !signal?.aborted; attempt += 1) {
    const state = await graph.request({ method: "GET", url, headers: oauth(access), signal });
    const offset = integerOf(readBody(state)?.file_offset);
    if (offset === null || offset < 0 || offset > file.size) return failureOf(state);
    reply = await sendBytes(graph, access, url, file, offset, signal);
  }
  const handle = wordOf(readBody(reply)?.h);
  return handle === null ? failureOf(reply) : { kind: "handle", handle };
}

/** Sends the bytes from `offset` on. */
async function sendBytes(
  graph: GraphClient,
  access: CloudApiAccess,
  url: string,
  file: OutboundFile,
  offset: number,
  signal?: AbortSignal,
): Promise<GraphReply> {
  const stream = await file.open(offset);
  // An error before the first read would otherwise have no listener.
  stream.on("error", () => {});
  const reply = await graph.request({
    method: "POST",
    url,
    headers: {
      ...oauth(access),
      file_offset: String(offset),
      "content-type": "application/octet-stream",
      "content-length": String(file.size - offset),
    },
    body: stream,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  stream.destroy();
  if (stream.errored) throw stream.errored;
  return reply;
}

/** The resumable upload expects this spelling. */
function oauth(access: CloudApiAccess): { authorization: string } {
  return { authorization: `OAuth ${access.accessToken}` };
}

function readBody(reply: GraphReply): JsonObject | null {
  return reply.kind === "reply" && reply.status === 200 ? bodyOf(reply) : null;
}

function failureOf(reply: GraphReply): Failure {
  return reply.kind === "reply" ? classifyError(reply) : classifyLoss(reply);
}
