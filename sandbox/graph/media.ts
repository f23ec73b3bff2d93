import type { IncomingMessage } from "node:http";
import type { Request, Router } from "express";
import { GraphError } from "../graph_error.ts";
import type { Medium } from "../media_store.ts";
import type { Network } from "../network.ts";
import { BodyError, readBody } from "../read_body.ts";
import { mediumOf, numberOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { checkMedia, MAX_MEDIA_BYTES } from "./media_types.ts";

/** A download address is good for 5 minutes. */
const ADDRESS_MS = 5 * 60 * 1000;
/** What multipart adds around the file. */
const MULTIPART_BYTES = 64 * 1024;

/** `POST /{version}/{phone-number-id}/media`, and the download addresses that `GET /{media-id}` hands out. */
export function registerMediaRoutes(router: Router, network: Network): void {
  router.post("/:version/:phoneNumberId/media", (request, response) =>
    serve(network, request, response, () => {
      const { phoneNumberId } = numberOf(network, request, request.params.phoneNumberId);
      return {
        subject: { operation: "uploadMedia", phoneNumberId },
        run: async () => {
          const file = await readUpload(request);
          checkMedia(file.type, file.size);
          const bytes = Buffer.from(await file.arrayBuffer());
          const { id } = network.media.add({
            phoneNumberId,
            from: "business",
            mimeType: file.type,
            filename: file.name,
            bytes,
          });
          return { kind: "json", status: 200, body: { id } };
        },
      };
    }),
  );

  router.get("/lookaside/:mediaId/:expiresAt", (request, response) =>
    serve(network, request, response, () => {
      const medium = mediumOf(network, request, request.params.mediaId);
      return {
        subject: { operation: "downloadMedia", phoneNumberId: medium.phoneNumberId },
        run: () => {
          if (!isGood(request.params.expiresAt, network.clock.now())) {
            throw new GraphError(100, { message: "The media address has expired", httpStatus: 404 });
          }
          return { kind: "bytes", status: 200, contentType: medium.mimeType, bytes: medium.bytes };
        },
      };
    }),
  );
}

/** What `GET /{media-id}` answers. */
export function describeMedium(network: Network, request: Request, medium: Medium) {
  const base = `${request.protocol}://${request.get("host")}${request.baseUrl}`;
  return {
    messaging_product: "whatsapp",
    url: `${base}/lookaside/${medium.id}/${network.clock.now() + ADDRESS_MS}`,
    mime_type: medium.mimeType,
    sha256: medium.digest.toString("hex"),
    file_size: medium.bytes.length,
    id: medium.id,
  };
}

function isGood(expiresAt: string, now: number): boolean {
  const instant = Number(expiresAt);
  return instant > now && instant <= now + ADDRESS_MS;
}

async function readUpload(request: IncomingMessage): Promise<File> {
  const bytes = await readBody(request, MAX_MEDIA_BYTES + MULTIPART_BYTES);
  let form: FormData;
  try {
    form = await new Response(bytes, {
      headers: { "content-type": request.headers["content-type"] ?? "" },
    }).formData();
  } catch (error) {
    throw new BodyError(400, "The body is not multipart/form-data", error);
  }
  const file = form.get("file");
  if (form.get("messaging_product") !== "whatsapp") throw required("messaging_product");
  if (!(file instanceof File)) throw required("file");
  return file;
}

function required(name: string): GraphError {
  return new GraphError(100, { message: `(#100) The parameter ${name} is required.` });
}
