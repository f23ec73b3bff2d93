import { Readable } from "node:stream";
import { Router } from "express";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { createPool } from "../../../src/database/pool.ts";
import { exportRoutes } from "../../../src/exports/export_routes.ts";
import { createGraphql } from "../../../src/graphql/create_graphql.ts";
import type { MediaLimits } from "../../../src/http/media/limits.ts";
import { mediaRoutes } from "../../../src/http/media/media_routes.ts";
import { type RunningServer, startServer } from "../../../src/http/server.ts";
import { importRoutes } from "../../../src/imports/import_routes.ts";
import { type MediaFiles, openMediaFiles } from "../../../src/media/media_files.ts";
import { MediaAddresses } from "../../../src/media/signed_address.ts";
import { type Afterwards, temporaryFolder } from "../../src/media/temporary_folder.ts";
import type { TestDatabase } from "../../support/database.ts";
import type { Person } from "../../support/people.ts";
import { JWT_SECRET, RING, tokenOf } from "./api.ts";

/** The whole server, with files in a temporary folder. */
export type MediaApi = {
  url: string;
  media: MediaFiles;
  folder: string;
  addresses: MediaAddresses;
  log: string[];
  server: RunningServer;
  /** Uploads a body as it is. */
  upload(as: Person, body: Buffer | Readable, options?: UploadOptions): Promise<Uploaded>;
  /** Asks GraphQL. */
  // biome-ignore lint/suspicious/noExplicitAny: what a query answers with depends on the query
  ask(as: Person, query: string, variables?: object): Promise<any>;
  close(): Promise<void>;
};

type UploadOptions = { query?: string; headers?: Record<string, string> };

export type Uploaded = {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the row, or an error
  body: any;
};

export async function startMediaApi(
  t: Afterwards,
  database: TestDatabase,
  { settings = {}, limits = {} }: { settings?: Record<string, string>; limits?: Partial<MediaLimits> } = {},
): Promise<MediaApi> {
  const folder = await temporaryFolder(t);
  const config = readConfig({ NODE_ENV: "test", PORT: "0", MEDIA_STORAGE: folder, ...settings });
  const lines: string[] = [];
  const log = createLog("info", { write: (line: string) => void lines.push(line) });
  const pool = createPool(database.ownerUrl, "media", config, log);
  const media = openMediaFiles(config);
  const addresses = new MediaAddresses(JWT_SECRET, settings.PUBLIC_URL ?? "");
  const graphql = await createGraphql({
    ownerUrl: database.ownerUrl,
    ownerPool: pool,
    authenticatorUrl: database.authenticatorUrl,
    config,
    keyRing: RING,
    jwtSecret: JWT_SECRET,
    mediaAddresses: addresses,
    log,
  });
  const none = Router();
  const parts = { home: none, health: none, metrics: none, webhooks: none, callbacks: none, account: none };
  const routes = mediaRoutes({ pool, media, addresses, authorize: graphql.authorize, limits });
  const imports = importRoutes({ pool, spool: media.spool, authorize: graphql.authorize });
  const exports = exportRoutes({ authorize: graphql.authorizeExport, pool, media, log });
  const server = await startServer({ ...parts, media: routes, imports, exports, graphql }, config, log);
  const headersOf = (person: Person) => ({ authorization: `Bearer ${tokenOf(person)}` });

  return {
    url: server.url,
    media,
    folder,
    addresses,
    log: lines,
    server,
    async upload(as, body, { query = "", headers = {} } = {}) {
      const response = await fetch(`${server.url}/media${query}`, {
        method: "POST",
        headers: { ...headersOf(as), ...headers },
        body: body instanceof Readable ? Readable.toWeb(body) : new Uint8Array(body),
        ...(body instanceof Readable && { duplex: "half" }),
      } as RequestInit);
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
    },
    async ask(as, query, variables) {
      const response = await fetch(`${server.url}/graphql`, {
        method: "POST",
        headers: { ...headersOf(as), "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    async close() {
      server.stopAccepting();
      await server.drain(0);
      await graphql.close();
      await pool.end();
      await media.close();
    },
  };
}
