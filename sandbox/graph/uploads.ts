import type { Request, Router } from "express";
import { GraphError, unknownObject } from "../graph_error.ts";
import type { Network } from "../network.ts";
import { requireToken } from "./authorise.ts";
import { serve } from "./endpoint.ts";

const MAX_BYTES = 16 * 1024 * 1024;
const APP_ID = "900000000000001";

/** The resumable upload: `GET /app`, `POST /{app-id}/uploads`, then the bytes at `/{upload-id}`. */
export function registerExampleRoutes(router: Router, network: Network): void {
  router.get("/:version/app", (request, response) =>
    serve(network, request, response, () => {
      requireToken(network, request);
      return {
        subject: { operation: "uploadExample" },
        run: () => ({ kind: "json", status: 200, body: { id: APP_ID } }),
      };
    }),
  );

  router.post("/:version/:appId/uploads", (request, response) =>
    serve(network, request, response, () => {
      requireToken(network, request);
      if (request.params.appId !== APP_ID) throw unknownObject(request.params.appId);
      const size = Number(request.query.file_length);
      if (!Number.isInteger(size) || size < 1 || size > MAX_BYTES)
        throw new GraphError(100, { message: "(#100) Param file_length is not valid" });
      return {
        subject: { operation: "uploadExample" },
        run: () => ({ kind: "json", status: 200, body: { id: network.examples.open(size) } }),
      };
    }),
  );

  router.get("/:version/:id", (request, response, next) => {
    const { id } = request.params;
    if (!id.startsWith("upload:")) return next();
    return serve(network, request, response, () => {
      const upload = uploadOf(network, request);
      return {
        subject: { operation: "uploadExample" },
        run: () => ({ kind: "json", status: 200, body: { id, file_offset: upload.received } }),
      };
    });
  });

  router.post("/:version/:id", (request, response, next) => {
    const { id } = request.params;
    if (!id.startsWith("upload:")) return next();
    return serve(network, request, response, () => {
      const upload = uploadOf(network, request);
      if (Number(request.headers.file_offset) !== upload.received)
        throw new GraphError(100, { message: "(#100) The header file_offset is not where the upload ended" });
      return {
        subject: { operation: "uploadExample" },
        run: async () => {
          for await (const chunk of request) upload.received += (chunk as Buffer).length;
          if (upload.received !== upload.size)
            throw new GraphError(100, { message: "(#100) The upload has another length" });
          return { kind: "json", status: 200, body: { h: network.examples.finish(id) } };
        },
      };
    });
  });
}

function uploadOf(network: Network, request: Request<{ id: string }>) {
  requireToken(network, request);
  const upload = network.examples.find(request.params.id);
  if (!upload) throw unknownObject(request.params.id);
  return upload;
}
