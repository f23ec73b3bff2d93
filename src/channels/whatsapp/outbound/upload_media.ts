import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { wordOf } from "../../../base/json/values.ts";
import type { UploadedFile } from "../../outbound.ts";
import type { OutboundFile } from "../../outbound_file.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

const KEPT_MS = 30 * 24 * 60 * 60_000;
/** Enough for 100 MB at 1.5 Mbit/s. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Uploads a file to the media of a number, as a stream: the file is never held in memory as a whole. It can be repeated
 * safely. Throws if the file cannot be read.
 */
export async function uploadMedia(
  graph: GraphClient,
  access: CloudApiAccess,
  file: OutboundFile,
  signal?: AbortSignal,
): Promise<UploadedFile | Failure> {
  const stream = await file.open();
  // An error before the first read would otherwise have no listener.
  stream.on("error", () => {});
  const form = multipartForm(file, stream);
  const reply = await graph.request({
    method: "POST",
    url: edgeUrl(access, `${access.phoneNumberId}/media`),
    headers: { ...authorization(access), ...form.headers },
    body: Readable.from(form.chunks(), { objectMode: false }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  stream.destroy();
  if (stream.errored) throw stream.errored;
  if (reply.kind !== "reply") return classifyLoss(reply);
  const providerMediaId = wordOf(bodyOf(reply)?.id);
  if (providerMediaId === null) return classifyError(reply);
  return { kind: "uploaded", providerMediaId, keptForMs: KEPT_MS };
}

type MultipartForm = { headers: Record<string, string>; chunks(): AsyncGenerator<Uint8Array> };

/** The form of an upload, whose length is known before the file is read. */
function multipartForm({ mimeType, filename, size }: OutboundFile, stream: Readable): MultipartForm {
  const boundary = `parley-${randomUUID()}`;
  const type = mimeType.replace(/[^\x20-\x7e]/g, "");
  const part = (name: string, rest: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n`;
  const head = Buffer.from(
    part("messaging_product", "\r\n\r\nwhatsapp") +
      part("type", `\r\n\r\n${type}`) +
      part("file", `; filename="${quoted(filename ?? "file")}"\r\ncontent-type: ${type}\r\n`),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(head.length + size + tail.length),
    },
    async *chunks() {
      yield head;
      yield* stream;
      yield tail;
    },
  };
}

/** Escapes a name as browsers do in forms. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}
