import { createHash } from "node:crypto";
import { numberOf, wordOf } from "../../../base/json/values.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

type MediaDescription = {
  mediaId: string;
  /** Valid for 5 minutes, and only with the access token of the channel. */
  url: string;
  mimeType: string | null;
  /** The 32 bytes of the digest in Base64 or, in some replies, hexadecimal. */
  sha256: string | null;
  /** In bytes. */
  size: number | null;
};

const MEGABYTE = 1_000_000;
/** Meta's limit for documents, which is the highest of all media types. */
const MAX_MEDIA_BYTES = 100 * MEGABYTE;
const TRANSFER_TIMEOUT_MS = 120_000;

/** Returns the URL, type and digest of a file at Meta. */
export async function describeMedia(
  graph: GraphClient,
  access: CloudApiAccess,
  mediaId: string,
): Promise<{ kind: "described"; media: MediaDescription } | Failure> {
  const query = new URLSearchParams({ phone_number_id: access.phoneNumberId });
  const reply = await graph.request({
    method: "GET",
    url: edgeUrl(access, `${encodeURIComponent(mediaId)}?${query}`),
    headers: authorization(access),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const body = bodyOf(reply);
  if (typeof body?.url !== "string") return classifyError(reply);
  const media = {
    mediaId,
    url: body.url,
    mimeType: wordOf(body.mime_type),
    sha256: wordOf(body.sha256),
    size: numberOf(body.file_size),
  };
  return { kind: "described", media };
}

/**
 * Downloads a described file and checks its digest. Accepts only a URL on a host of Meta or on the Graph API host of
 * the channel, so that the access token is not sent to any other host.
 */
export async function downloadMedia(
  graph: GraphClient,
  access: CloudApiAccess,
  media: MediaDescription,
  maxBytes = MAX_MEDIA_BYTES,
): Promise<
  | { kind: "downloaded"; bytes: Buffer; mimeType: string | null }
  /** The URL has expired; call `describeMedia` again. */
  | { kind: "expired" }
  /** The file was not accepted, for the given reason. */
  | { kind: "refused"; reason: "untrusted_host" | "too_large" | "wrong_digest" }
  | Failure
> {
  if (!mayHaveToken(media.url, access)) return { kind: "refused", reason: "untrusted_host" };
  if (media.size !== null && media.size > maxBytes) return { kind: "refused", reason: "too_large" };
  const reply = await graph.request({
    method: "GET",
    url: media.url,
    headers: authorization(access),
    maxBytes,
    timeoutMs: TRANSFER_TIMEOUT_MS,
  });
  if (reply.kind !== "reply") {
    return reply.reason === "RESPONSE_TOO_LARGE"
      ? { kind: "refused", reason: "too_large" }
      : classifyLoss(reply);
  }
  if (reply.status === 404) return { kind: "expired" };
  if (reply.status !== 200) return classifyError(reply);
  if (!hasDigest(reply.bytes, media.sha256)) return { kind: "refused", reason: "wrong_digest" };
  return { kind: "downloaded", bytes: reply.bytes, mimeType: media.mimeType };
}

const META_ORIGINS = ["https://lookaside.fbsbx.com", "https://graph.facebook.com"];

function mayHaveToken(url: string, access: CloudApiAccess): boolean {
  if (!URL.canParse(url)) return false;
  const { origin } = new URL(url);
  return META_ORIGINS.includes(origin) || origin === new URL(access.graphUrl).origin;
}

function hasDigest(bytes: Uint8Array, sha256: string | null): boolean {
  if (sha256 === null) return true;
  const digest = createHash("sha256").update(bytes).digest();
  return sha256 === digest.toString("base64") || sha256.toLowerCase() === digest.toString("hex");
}
