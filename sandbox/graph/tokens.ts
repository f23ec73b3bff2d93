import type { Router } from "express";
import { GraphError } from "../graph_error.ts";
import type { Network } from "../network.ts";
import { requireToken } from "./authorise.ts";
import { serve } from "./endpoint.ts";

/** `GET /{version}/debug_token?input_token=…`: when a token of a number ends. */
export function registerTokenRoute(router: Router, network: Network): void {
  router.get("/:version/debug_token", (request, response) =>
    serve(network, request, response, () => {
      requireToken(network, request);
      const token = request.query.input_token;
      const number = network.numbers.list().find(({ accessToken }) => accessToken === token);
      if (!number) throw new GraphError(100, { message: "The input_token is not a token of this app" });
      return {
        subject: { operation: "readToken", phoneNumberId: number.phoneNumberId },
        run: () => ({
          kind: "json",
          status: 200,
          body: {
            data: {
              app_id: "300000000000001",
              type: "SYSTEM_USER",
              application: "Parley sandbox",
              data_access_expires_at: 0,
              expires_at: number.tokenExpiresAt,
              is_valid: true,
              scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
            },
          },
        }),
      };
    }),
  );
}
