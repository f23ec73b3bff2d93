import type { Router } from "express";
import { unknownObject } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import { mediumOf, numberOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { describeMedium } from "./media.ts";
import { pick } from "./pick.ts";

/** `GET /{version}/{id}`: a phone number or a medium. `DELETE /{version}/{id}`: a medium. */
export function registerNodeRoutes(router: Router, network: Network): void {
  router.get("/:version/:id", (request, response) =>
    serve(network, request, response, () => {
      const { id } = request.params;
      if (network.numbers.get(id)) {
        const number = numberOf(network, request, id);
        return {
          subject: { operation: "readNumber", phoneNumberId: id },
          run: () => ({
            kind: "json",
            status: 200,
            body: pick(describeNumber(number), request.query.fields),
          }),
        };
      }
      const medium = mediumOf(network, request, id);
      return {
        subject: { operation: "readMedia", phoneNumberId: medium.phoneNumberId },
        run: () => {
          const owner = request.query.phone_number_id ?? medium.phoneNumberId;
          if (owner !== medium.phoneNumberId) throw unknownObject(id);
          return { kind: "json", status: 200, body: describeMedium(network, request, medium) };
        },
      };
    }),
  );

  router.delete("/:version/:id", (request, response) =>
    serve(network, request, response, () => {
      const medium = mediumOf(network, request, request.params.id);
      return {
        subject: { operation: "deleteMedia", phoneNumberId: medium.phoneNumberId },
        run: () => {
          network.media.delete(medium.id);
          return { kind: "json", status: 200, body: { success: true } };
        },
      };
    }),
  );
}

export function describeNumber(number: BusinessNumber): JsonObject {
  return {
    id: number.phoneNumberId,
    verified_name: number.verifiedName,
    display_phone_number: number.displayPhoneNumber,
    quality_rating: "GREEN",
    platform_type: "CLOUD_API",
    throughput: { level: number.throughput.perSecond > 80 ? "HIGH" : "STANDARD" },
    whatsapp_business_manager_messaging_limit: "TIER_UNLIMITED",
    name_status: "APPROVED",
    code_verification_status: "VERIFIED",
    webhook_configuration: { application: number.webhookUrl },
  };
}
