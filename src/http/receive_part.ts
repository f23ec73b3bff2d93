import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy";
import { ParleyError } from "../base/errors.ts";

/** A file in a request. */
type ReceivedPart = {
  stream: Readable;
  /** The name that the sender gives it. */
  name: string | undefined;
  /** The MIME type that the sender gives it; empty if there is none. */
  declared: string;
};

/** Reads the part's stream to its end, or destroys it. */
type Receive<T> = (part: ReceivedPart) => Promise<T>;

/** One file and no fields: what can be chosen is in the query. */
const LIMITS = { files: 1, fields: 0, parts: 1, headerPairs: 20, headerSize: 8_192 };

/**
 * Receives the one file of a request: its body, or the one part of `multipart/form-data`. The connection stays open when
 * that fails, for the answer.
 * @throws ParleyError PYREQ, the signal's reason, and what `receive` throws
 */
export async function receivePart<T>(
  request: IncomingMessage,
  receive: Receive<T>,
  signal: AbortSignal,
): Promise<T> {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  if (encoding !== "identity") throw malformed("The body must not be compressed");
  if (/^multipart\//i.test(type)) return receiveForm(request, receive, signal);
  return receive({ stream: bodyOf(request), name: undefined, declared: type });
}

async function receiveForm<T>(
  request: IncomingMessage,
  receive: Receive<T>,
  signal: AbortSignal,
): Promise<T> {
  const parser = openParser(request);
  const control = new AbortController();
  let received: Promise<T> | undefined;
  const refuse = (error: unknown) => control.abort(error);
  const refuseMore = () => refuse(malformed("The form must have one part, the file"));
  parser.on("file", (_field, stream, name, _encoding, declared) => {
    // Its errors are those of the parser.
    stream.on("error", () => {});
    control.signal.addEventListener("abort", () => stream.destroy(asError(control.signal.reason)));
    received ??= receive({
      stream,
      // Browsers write quotes in names so.
      name: name?.replaceAll("%22", '"'),
      // The parser says this of a part without a type, too.
      declared: declared === "text/plain" ? "" : declared,
    });
    received.catch(refuse);
  });
  for (const limit of ["filesLimit", "fieldsLimit", "partsLimit"] as const) parser.on(limit, refuseMore);
  try {
    await pipeline(bodyOf(request), parser, { signal: AbortSignal.any([signal, control.signal]) });
  } catch (error) {
    refuse(signal.aborted ? signal.reason : asRequestError(error));
  }
  // The outcome of the file is awaited in any case: it has a temporary file.
  const [outcome] = await Promise.allSettled([received]);
  if (outcome.status === "fulfilled" && outcome.value !== undefined && !control.signal.aborted)
    return outcome.value;
  if (outcome.status === "fulfilled") await dispose(outcome.value);
  throw control.signal.reason ?? malformed("The form has no file");
}

function openParser({ headers }: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS });
  } catch (error) {
    throw asRequestError(error);
  }
}

/** The body, as a stream that can be destroyed at any time without closing the connection. */
function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough();
  const breakOff = (cause?: Error) => body.destroy(malformed("The body broke off", cause));
  request.once("error", breakOff);
  request.once("close", () => {
    if (!request.complete) breakOff();
  });
  return request.pipe(body);
}

async function dispose(value: unknown): Promise<void> {
  if (typeof value === "object" && value !== null && Symbol.asyncDispose in value)
    await (value as AsyncDisposable)[Symbol.asyncDispose]();
}

function asRequestError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const cause = asError(error);
  return malformed(
    "code" in cause && cause.code === "ECONNRESET" ? "The body broke off" : cause.message,
    cause,
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function malformed(message: string, cause?: unknown): ParleyError {
  return new ParleyError("PYREQ", message, { cause });
}
