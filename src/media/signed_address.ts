import { createHmac, timingSafeEqual } from "node:crypto";

/** What an address gives access to. */
export type MediaAccess = {
  mediaId: string;
  /** Offer the file as a download, even if browsers could show it. */
  isDownload: boolean;
};

/** An address is valid for ten to fifteen minutes. It changes every five, so that caches know what they have. */
const VALID_SECONDS = 15 * 60;
const STEP_SECONDS = 5 * 60;

/** Signs addresses of files: who has one may read the file until it expires. */
export class MediaAddresses {
  readonly #key: Buffer;
  readonly #base: string;

  /**
   * @param jwtSecret the secret of access tokens; addresses are signed with a key of their own that is derived from it
   * @param base what addresses start with: an origin, or nothing for addresses relative to the API's origin
   */
  constructor(jwtSecret: string, base: string) {
    this.#key = createHmac("sha256", jwtSecret).update("parley/media-address/1").digest();
    this.#base = base;
  }

  /** `<base>/media/<id>?expires=<Unix time>&signature=…`, with `download=true` if asked for. */
  sign(access: MediaAccess, now = Date.now()): string {
    const expires = Math.floor(now / 1000 / STEP_SECONDS) * STEP_SECONDS + VALID_SECONDS;
    const query = new URLSearchParams({
      expires: String(expires),
      ...(access.isDownload && { download: "true" }),
      signature: this.#mac(access, expires).toString("base64url"),
    });
    return `${this.#base}/media/${access.mediaId}?${query}`;
  }

  /** What a request's id and query give access to; null if they are wrong or have expired. */
  verify(mediaId: string, query: Readonly<Record<string, unknown>>, now = Date.now()): MediaAccess | null {
    const { expires, signature, download } = query;
    if (typeof expires !== "string" || !/^[1-9]\d{9}$/.test(expires)) return null;
    if (typeof signature !== "string" || !/^[\w-]{43}$/.test(signature)) return null;
    if (download !== undefined && download !== "true") return null;
    const access = { mediaId, isDownload: download === "true" };
    const isRight = timingSafeEqual(Buffer.from(signature, "base64url"), this.#mac(access, Number(expires)));
    return isRight && Number(expires) * 1000 > now ? access : null;
  }

  #mac({ mediaId, isDownload }: MediaAccess, expires: number): Buffer {
    return createHmac("sha256", this.#key).update(`${mediaId}\n${expires}\n${isDownload}`).digest();
  }
}
