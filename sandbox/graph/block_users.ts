import type { Router } from "express";
import { announce } from "../chats.ts";
import { normaliseAddress } from "../customers.ts";
import { GraphError } from "../graph_error.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import { readJson } from "../read_body.ts";
import { numberOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";

const MAX_BODY_BYTES = 64 * 1024;

/** `POST` and `DELETE /{version}/{phone-number-id}/block_users`: the block list of a number. */
export function registerBlockRoutes(router: Router, network: Network): void {
  for (const method of ["post", "delete"] as const)
    router[method]("/:version/:phoneNumberId/block_users", (request, response) =>
      serve(network, request, response, async () => {
        const number = numberOf(network, request, request.params.phoneNumberId as string);
        const body = await readJson(request, MAX_BODY_BYTES);
        return {
          subject: { operation: "blockUsers", phoneNumberId: number.phoneNumberId },
          body,
          run: () => ({ kind: "json", status: 200, body: block(network, number, body, method === "post") }),
        };
      }),
    );
}

/** Blocks or unblocks the users of a body, each by itself. */
function block(network: Network, number: BusinessNumber, body: JsonObject, isBlocked: boolean): JsonObject {
  const users = Array.isArray(body.block_users) ? body.block_users.filter(isJsonObject) : [];
  if (users.length === 0) throw new GraphError(131008, { details: "Parameter 'block_users' is required" });
  const done: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const { user } of users) {
    const customer = network.customers.find(normaliseAddress(String(user)));
    const chat = customer && network.chats.open(number, customer);
    if (!chat || (isBlocked && chat.windowEndsAt <= network.clock.now())) {
      const details = "The user has not messaged the business in the last 24 hours";
      failed.push({
        input: user,
        errors: [{ message: "Re-engagement required", code: 131047, error_data: { details } }],
      });
      continue;
    }
    chat.isBlocked = isBlocked;
    done.push({ input: user, wa_id: chat.customer.waId });
    announce(chat);
  }
  return {
    messaging_product: "whatsapp",
    block_users: {
      [isBlocked ? "added_users" : "removed_users"]: done,
      ...(failed.length > 0 && { failed_users: failed }),
    },
  };
}
