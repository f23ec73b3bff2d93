import type { Router } from "express";
import { GraphError } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import { readJson } from "../read_body.ts";
import { numbersOfAccount } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { describeNumber } from "./nodes.ts";
import { paginate } from "./paginate.ts";

const MAX_BODY_BYTES = 16 * 1024;

/** What hangs on a WhatsApp Business Account, besides templates: phone numbers, the subscription of the app. */
export function registerAccountRoutes(router: Router, network: Network): void {
  router.get("/:version/:accountId/phone_numbers", (request, response) =>
    serve(network, request, response, () => {
      const numbers = numbersOfAccount(network, request, request.params.accountId);
      return {
        subject: { operation: "readNumber" },
        run: () => ({
          kind: "json",
          status: 200,
          body: paginate(numbers.map(describeNumber), request.query),
        }),
      };
    }),
  );

  router.route("/:version/:accountId/subscribed_apps").all((request, response) =>
    serve(network, request, response, async () => {
      const { accountId } = request.params;
      const numbers = numbersOfAccount(network, request, accountId);
      const body = request.method === "GET" ? {} : await readJson(request, MAX_BODY_BYTES);
      return {
        subject: { operation: "subscription" },
        body,
        run: () => ({
          kind: "json",
          status: 200,
          body: subscription(network, request.method, accountId, numbers, body),
        }),
      };
    }),
  );
}

function subscription(
  network: Network,
  method: string,
  accountId: string,
  numbers: BusinessNumber[],
  body: JsonObject,
): JsonObject {
  if (method === "GET") {
    const app = { whatsapp_business_api_data: { id: numbers[0]?.businessAccountId, name: "Parley sandbox" } };
    return { data: network.numbers.isSubscribed(accountId) ? [app] : [] };
  }
  if (method !== "POST" && method !== "DELETE") {
    throw new GraphError(100, { message: `Unsupported ${method.toLowerCase()} request.` });
  }
  if (body.override_callback_uri !== undefined) {
    throw new GraphError(100, { details: "The sandbox sends webhooks to the address of the number only" });
  }
  network.numbers.setSubscribed(accountId, method === "POST");
  return { success: true };
}
