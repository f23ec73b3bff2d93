import type { Router } from "express";
import { normaliseAddress } from "../customers.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import { readJson } from "../read_body.ts";
import { numberOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { markRead } from "./mark_read.ts";
import { send } from "./send.ts";

const MAX_BODY_BYTES = 256 * 1024;

/** `POST /{version}/{phone-number-id}/messages`: sends, read receipts, typing indicators. */
export function registerMessageRoute(router: Router, network: Network): void {
  router.post("/:version/:phoneNumberId/messages", (request, response) =>
    serve(network, request, response, async () => {
      const number = numberOf(network, request, request.params.phoneNumberId);
      const body = await readJson(request, MAX_BODY_BYTES);
      const isReceipt = body.status !== undefined;
      return {
        subject: {
          operation: isReceipt ? "markRead" : "send",
          phoneNumberId: number.phoneNumberId,
          recipient: addressOf(body),
        },
        body,
        run: () => ({
          kind: "json",
          status: 200,
          body: isReceipt ? markRead(network, number, body) : send(network, number, body),
        }),
      };
    }),
  );
}

/** The recipient of a body that has not been checked. */
function addressOf({ to, recipient }: JsonObject): string | undefined {
  const address = to ?? recipient;
  return typeof address === "string" ? normaliseAddress(address) : undefined;
}
