import { ParleyError } from "../../../base/errors.ts";
import { numberOf, objectOf, wordOf } from "../../../base/json/values.ts";
import type { Spool, SpooledFile } from "../../../media/spool.ts";
import { StorageError } from "../../../media/storage_error.ts";
import type { FetchedFile, FileProblem, ReceivedFile } from "../../outbound.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { reasonOf } from "./exchange.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

/** Meta's limit for documents, which is the highest of all media types. */
const MAX_BYTES = 100 * 1024 * 1024;
/** Enough for 100 MB at 2 Mbit/s. */
const TIMEOUT_MS = 7 * 60_000;
/** "Object does not exist": the media id is unknown, or has expired. */
const UNKNOWN_OBJECT = 33;

/** What Meta says of a file. */
type Announced = {
  url: string;
  mimeType: string | null;
  /** The 32 bytes of the digest in Base64 or, in some replies, hexadecimal. */
  sha256: string | null;
  /** In bytes. */
  size: number | null;
};

/**
 * Downloads the file of a received message. A webhook may contain an address, which saves a request if the file can be
 * checked without what Meta says of it; otherwise Meta is asked for an address, which is valid for 5 minutes.
 * @throws StorageError when the spool cannot be written to
 */
export async function fetchMedia(
  graph: GraphClient,
  access: CloudApiAccess,
  { providerMediaId, url, sha256, maxBytes }: ReceivedFile,
  spool: Spool,
  signal?: AbortSignal,
): Promise<FetchedFile | FileProblem | Failure> {
  const limit = Math.min(maxBytes ?? MAX_BYTES, MAX_BYTES);
  const fetch = (announced: Announced) => download(graph, access, announced, { spool, limit, signal });
  if (url !== null && isDigest(sha256) && mayHaveToken(url, access)) {
    const outcome = await fetch({ url, mimeType: null, sha256, size: null });
    // Any other outcome, a page in place of the file included, may mean that the address has expired.
    if (outcome.kind === "fetched" || outcome.kind === "too_large") return outcome;
  }
  const described = await describe(graph, access, providerMediaId);
  if ("kind" in described) return described;
  return fetch({ ...described, sha256: [described.sha256, sha256].find(isDigest) ?? null });
}

/** Asks for the address, type and digest of a file. */
async function describe(
  graph: GraphClient,
  access: CloudApiAccess,
  providerMediaId: string,
): Promise<Announced | { kind: "gone" } | Failure> {
  const query = new URLSearchParams({ phone_number_id: access.phoneNumberId });
  const reply = await graph.request({
    method: "GET",
    url: edgeUrl(access, `${encodeURIComponent(providerMediaId)}?${query}`),
    headers: authorization(access),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const body = bodyOf(reply);
  if (typeof body?.url === "string") {
    const [mimeType, sha256, size] = [wordOf(body.mime_type), wordOf(body.sha256), numberOf(body.file_size)];
    return { url: body.url, mimeType, sha256, size: size !== null && size > 0 ? size : null };
  }
  const { code, error_subcode: subcode } = objectOf(body?.error) ?? {};
  return numberOf(code) === 100 && numberOf(subcode) === UNKNOWN_OBJECT
    ? { kind: "gone" }
    : classifyError(reply);
}

/** An address is not valid for long; the next attempt asks for another one. */
const EXPIRED: Failure = { kind: "unavailable", reason: "HTTP 404" };

/** Accepts only an address of Meta or of the channel's Graph API, so that no other host is sent the access token. */
async function download(
  graph: GraphClient,
  access: CloudApiAccess,
  announced: Announced,
  { spool, limit, signal }: { spool: Spool; limit: number; signal: AbortSignal | undefined },
): Promise<FetchedFile | FileProblem | Failure> {
  if (!mayHaveToken(announced.url, access)) return damaged("its address is not one of the provider");
  const tooLarge = { kind: "too_large", maxBytes: limit } as const;
  if (announced.size !== null && announced.size > limit) return tooLarge;
  const reply = await graph.download({ url: announced.url, headers: authorization(access) });
  if (reply.kind === "reply") return reply.status === 404 ? EXPIRED : classifyError(reply);
  if (reply.kind !== "started") return classifyLoss(reply);
  if ((numberOf(reply.headers["content-length"]) ?? 0) > limit) {
    // Its end before the last byte counts as an error.
    reply.body.on("error", () => {}).destroy();
    return tooLarge;
  }
  try {
    const file = await spool.write(reply.body, {
      maxBytes: announced.size ?? limit,
      timeoutMs: TIMEOUT_MS,
      ...(signal && { signal }),
    });
    return await checked(file, announced);
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const isTooLarge = error instanceof ParleyError && error.code === "PYBIG";
    if (!isTooLarge) return { kind: "unavailable", reason: reasonOf(error) };
    return announced.size === null
      ? tooLarge
      : damaged(`it is larger than the announced ${announced.size} bytes`);
  }
}

async function checked(
  file: SpooledFile,
  { size, sha256, mimeType }: Announced,
): Promise<FetchedFile | FileProblem> {
  const problem =
    file.size === 0
      ? "it is empty"
      : size !== null && file.size !== size
        ? `it has ${file.size} bytes instead of the announced ${size}`
        : isDigest(sha256) && !digestOf(sha256).equals(file.sha256)
          ? "its SHA-256 is not the announced one"
          : null;
  if (problem === null) return { kind: "fetched", file, mimeType };
  await file[Symbol.asyncDispose]();
  return damaged(problem);
}

function damaged(reason: string): FileProblem {
  return { kind: "damaged", reason };
}

const META_ORIGINS = ["https://lookaside.fbsbx.com", "https://graph.facebook.com"];

function mayHaveToken(url: string, access: CloudApiAccess): boolean {
  if (!URL.canParse(url)) return false;
  const { origin } = new URL(url);
  return META_ORIGINS.includes(origin) || origin === new URL(access.graphUrl).origin;
}

const HEXADECIMAL = /^[0-9a-f]{64}$/i;
/** In either alphabet of Base64. */
const BASE64 = /^[\w+/-]{43}=?$/;

/** Whether a word can be a SHA-256. If it cannot, the file is stored without this check rather than lost. */
function isDigest(word: string | null): word is string {
  return word !== null && (HEXADECIMAL.test(word) || BASE64.test(word));
}

function digestOf(word: string): Buffer {
  return Buffer.from(word, HEXADECIMAL.test(word) ? "hex" : "base64");
}
