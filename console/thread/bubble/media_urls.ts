import type { Connection } from "../../graphql/connection.ts";
import { MEDIA_URLS } from "../documents.ts";

/** The addresses of a message's file; null while it is not stored. */
export type MediaUrl = { url: string; download: string } | null;

/** Addresses are good for 10 minutes; they are asked for again before. */
const GOOD_MS = 8 * 60_000;
const COLLECT_MS = 30;

/** Signed addresses of files, asked for when they are shown, for all that are shown at once by one query. */
export class MediaUrls {
  readonly #connection: Connection;
  readonly #known = new Map<string, { at: number; url: Promise<MediaUrl> }>();
  readonly #wanted = new Map<string, PromiseWithResolvers<MediaUrl>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws CombinedError */
  of(messageId: string): Promise<MediaUrl> {
    const known = this.#known.get(messageId);
    if (known && Date.now() - known.at < GOOD_MS) return known.url;
    const wanted = Promise.withResolvers<MediaUrl>();
    if (this.#wanted.size === 0) setTimeout(() => void this.#ask(), COLLECT_MS);
    this.#wanted.set(messageId, wanted);
    this.#known.set(messageId, { at: Date.now(), url: wanted.promise });
    wanted.promise.catch(() => this.forget(messageId));
    return wanted.promise;
  }

  /** The file has changed, or its address was refused. */
  forget(messageId: string): void {
    this.#known.delete(messageId);
  }

  async #ask(): Promise<void> {
    const wanted = new Map(this.#wanted);
    this.#wanted.clear();
    const all = [...wanted.keys()];
    for (let from = 0; from < all.length; from += 50) {
      const ids = all.slice(from, from + 50);
      try {
        const { messages } = await this.#connection.query(MEDIA_URLS, { ids });
        const byId = new Map(messages?.nodes.map(({ id, media }) => [id, media]));
        for (const id of ids) {
          const { url, download } = byId.get(id) ?? {};
          wanted
            .get(id)!
            .resolve(url && download ? { url: onOrigin(url), download: onOrigin(download) } : null);
        }
      } catch (error) {
        for (const id of ids) wanted.get(id)!.reject(error);
      }
    }
  }
}

/** The console and its files come from one server, by whatever name the browser knows it. */
function onOrigin(address: string): string {
  const { pathname, search } = new URL(address, location.origin);
  return pathname + search;
}
