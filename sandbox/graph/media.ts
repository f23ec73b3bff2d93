import { createReadStream } from "node:fs";
import type { Request, Router } from "express";
import { GraphError } from "../graph_error.ts";
import type { Medium } from "../media_store.ts";
import type { Network } from "../network.ts";
import { downloadableOf, numberOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { readUpload } from "./read_upload.ts";

/** A download address is good for 5 minutes. */
const ADDRESS_MS = 5 * 60 * 1000;

/** `POST /{version}/{phone-number-id}/media`, and the download addresses that webhooks and `GET /{media-id}` have. */
export function registerMediaRoutes(router: Router, network: Network): void {
  router.post("/:version/:phoneNumberId/media", (request, response) =>
    serve(network, request, response, () => {
      const { phoneNumberId } = numberOf(network, request, request.params.phoneNumberId);
      return {
        subject: { operation: "uploadMedia", phoneNumberId },
        run: async () => {
          const upload = await readUpload(request, network.media.files);
          const { id } = network.media.add({ phoneNumberId, from: "business", ...upload });
          return { kind: "json", status: 200, body: { id } };
        },
      };
    }),
  );

  router.get("/lookaside/:mediaId/:expiresAt", (request, response) =>
    serve(network, request, response, () => {
      const { mimeType, phoneNumberId, file } = downloadableOf(network, request, request.params.mediaId);
      return {
        subject: { operation: "downloadMedia", phoneNumberId },
        run: () => {
          if (request.headers["user-agent"] === undefined) {
            return { kind: "page", status: 400, html: "<h1>A User-Agent is required</h1>" };
          }
          if (!isGood(request.params.expiresAt, network.clock.now())) {
            throw new GraphError(100, { message: "The media address has expired", httpStatus: 404 });
          }
          return {
            kind: "file",
            status: 200,
            contentType: mimeType,
            length: file.size,
            open: () => createReadStream(file.path),
          };
        },
      };
    }),
  );
}

/** What `GET /{media-id}` answers. */
export function describeMedium(network: Network, request: Request, medium: Medium) {
  return {
    messaging_product: "whatsapp",
    url: downloadAddress(network, `${request.protocol}://${request.get("host")}${request.baseUrl}`, medium),
    mime_type: medium.mimeType,
    sha256: medium.file.digest.toString("hex"),
    file_size: medium.file.size,
    id: medium.id,
  };
}

/** Where the file can be fetched from now on, for 5 minutes, under the Graph API at `base`. */
export function downloadAddress({ clock }: Network, base: string, { id }: Medium): string {
  return `${base}/lookaside/${id}/${clock.now() + ADDRESS_MS}`;
}

function isGood(expiresAt: string, now: number): boolean {
  const instant = Number(expiresAt);
  return instant > now && instant <= now + ADDRESS_MS;
}
