import { Router } from "express";
import { GraphError } from "../graph_error.ts";
import type { Network } from "../network.ts";
import { registerAccountRoutes } from "./accounts.ts";
import { registerBlockRoutes } from "./block_users.ts";
import { registerConversionRoutes } from "./conversions.ts";
import { serve } from "./endpoint.ts";
import { registerMediaRoutes } from "./media.ts";
import { registerMessageRoute } from "./messages.ts";
import { registerNodeRoutes } from "./nodes.ts";
import { registerTemplateRoutes } from "./templates.ts";
import { registerTokenRoute } from "./tokens.ts";
import { registerExampleRoutes } from "./uploads.ts";

/**
 * The Graph API: what a client reaches when it takes this router's address for `https://graph.facebook.com`. Mount it
 * before anything that reads bodies. The version in the path is taken as it comes.
 */
export function createGraphRouter(network: Network): Router {
  const router = Router();
  router.param("version", (_request, _response, next, version: string) => {
    next(/^v\d{1,3}\.\d{1,3}$/.test(version) ? undefined : "route");
  });
  registerMessageRoute(router, network);
  registerBlockRoutes(router, network);
  registerMediaRoutes(router, network);
  registerAccountRoutes(router, network);
  registerConversionRoutes(router, network);
  registerExampleRoutes(router, network);
  registerTemplateRoutes(router, network);
  registerTokenRoute(router, network);
  registerNodeRoutes(router, network);
  router.all(/^\/v\d+\.\d+(\/|$)/, (request, response) =>
    serve(network, request, response, () => {
      throw new GraphError(100, {
        message: `Unsupported ${request.method.toLowerCase()} request. Unknown path components: ${request.path}`,
      });
    }),
  );
  return router;
}
