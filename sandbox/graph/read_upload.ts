import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { GraphError } from "../graph_error.ts";
import { KIND_LIMITS, MEDIA_KINDS, uploadLimit } from "../media_types.ts";
import { BodyError, requireLength } from "../read_body.ts";
import type { StoredFile, TemporaryFiles } from "../temporary_files.ts";

/** What multipart adds around the file. */
const MULTIPART_BYTES = 64 * 1024;

interface Upload {
  mimeType: string;
  filename: string;
  file: StoredFile;
}

/** Reads the form of an upload; the file is written to disk while it arrives. Keeps nothing when it throws. */
export async function readUpload(request: IncomingMessage, files: TemporaryFiles): Promise<Upload> {
  requireLength(request, KIND_LIMITS.document.maxBytes + MULTIPART_BYTES);
  const form = openForm(request);
  let product: string | undefined;
  let stream: BusboyFileStream | undefined;
  let received: Promise<Upload | Error> | undefined;
  form.on("field", (name, value) => {
    if (name === "messaging_product") product = value;
  });
  form.on("file", (_field, file, filename, _encoding, mimeType) => {
    stream = file;
    // A broken form is an error of both, and may be reported again after the first was handled.
    file.on("error", () => undefined);
    // An error is thrown below, once the form has been read to its end.
    received = receiveFile(file, filename, mimeType, files).catch((error: Error) => error);
  });
  try {
    await readForm(request, form);
  } catch (error) {
    stream?.destroy();
    const upload = await received;
    if (upload !== undefined && "file" in upload) files.remove(upload.file);
    throw new BodyError(400, "The body is not multipart/form-data", error);
  }
  const upload = await received;
  if (upload instanceof Error) throw upload;
  if (upload !== undefined && product === "whatsapp") return upload;
  if (upload !== undefined) files.remove(upload.file);
  throw required(upload === undefined ? "file" : "messaging_product");
}

function openForm(request: IncomingMessage): BusboyInstance {
  try {
    const headers = { ...request.headers, "content-type": request.headers["content-type"] ?? "" };
    return new Busboy({ headers, limits: { files: 1, fields: 10, fieldSize: 1024 } });
  } catch (error) {
    throw new BodyError(400, "The body is not multipart/form-data", error);
  }
}

async function readForm(request: IncomingMessage, form: BusboyInstance): Promise<void> {
  const brokenOff = new AbortController();
  request.once("close", () => {
    if (!request.complete) brokenOff.abort();
  });
  form.on("error", () => undefined);
  request.pipe(form);
  await once(form, "finish", { signal: brokenOff.signal });
}

async function receiveFile(
  stream: BusboyFileStream,
  filename: string,
  mimeType: string,
  files: TemporaryFiles,
): Promise<Upload> {
  try {
    const limit = uploadLimit(mimeType);
    if (limit === undefined) throw unsupported(mimeType);
    const file = await files.receive(stream.iterator({ destroyOnReturn: false }), limit);
    return { mimeType, filename, file };
  } catch (error) {
    // The form ends only when its file has been read.
    stream.resume();
    const isTooLarge = error instanceof BodyError && error.status === 413;
    throw isTooLarge ? new GraphError(131053, { details: error.message }) : error;
  }
}

function unsupported(mimeType: string): GraphError {
  const types = MEDIA_KINDS.flatMap((kind) => KIND_LIMITS[kind].mimeTypes).join(", ");
  return new GraphError(100, {
    message:
      `(#100) Param file must be a file with one of the following types: ${types}. ` +
      `Received file of type '${mimeType}'.`,
  });
}

function required(name: string): GraphError {
  return new GraphError(100, { message: `(#100) The parameter ${name} is required.` });
}
