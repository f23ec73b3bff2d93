import type { Router } from "express";
import { z } from "zod";
import type { Conversion } from "../conversions.ts";
import { GraphError, unknownObject } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import { readJson } from "../read_body.ts";
import { numbersOfAccount } from "./authorise.ts";
import { serve } from "./endpoint.ts";

const MAX_BODY_BYTES = 256 * 1024;
const SECONDS_OF_SEVEN_DAYS = 7 * 24 * 60 * 60;

const event = z.object({
  event_id: z.string().min(1).max(100),
  event_name: z.string().min(1).max(50),
  event_time: z.number().int(),
  action_source: z.literal("business_messaging"),
  messaging_channel: z.literal("whatsapp"),
  user_data: z.object({ whatsapp_business_account_id: z.string(), ctwa_clid: z.string().min(1) }),
  custom_data: z
    .looseObject({ value: z.number(), currency: z.string().length(3) })
    .partial()
    .optional(),
});
const report = z.object({ data: z.array(event).min(1).max(1000) });

/** `POST /{version}/{account-id}/dataset`, and `POST /{version}/{dataset-id}/events`: the Conversions API. */
export function registerConversionRoutes(router: Router, network: Network): void {
  router.post("/:version/:accountId/dataset", (request, response) =>
    serve(network, request, response, () => {
      const { accountId } = request.params;
      numbersOfAccount(network, request, accountId);
      return {
        subject: { operation: "createDataSet" },
        run: () => ({ kind: "json", status: 200, body: { id: network.conversions.dataSetOf(accountId) } }),
      };
    }),
  );

  router.post("/:version/:dataSetId/events", (request, response) =>
    serve(network, request, response, async () => {
      const { dataSetId } = request.params;
      const accountId = network.conversions.accountOf(dataSetId);
      if (accountId === undefined) throw unknownObject(dataSetId);
      numbersOfAccount(network, request, accountId);
      const body = await readJson(request, MAX_BODY_BYTES);
      return {
        subject: { operation: "reportConversion" },
        body,
        run: () => {
          const events = eventsOf(body, accountId, network.clock.now() / 1000);
          for (const each of events) network.conversions.add(accountId, each);
          return {
            kind: "json",
            status: 200,
            body: { events_received: events.length, messages: [], fbtrace_id: network.identifiers.trace() },
          };
        },
      };
    }),
  );
}

/** The events of a report. One event that is not valid makes Meta refuse all. */
function eventsOf(body: JsonObject, accountId: string, now: number): Conversion[] {
  const parsed = report.safeParse(body);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  return parsed.data.data.map(({ event_id, event_name, event_time, user_data, custom_data }) => {
    if (event_time > now + 60) throw invalid("The event time is in the future");
    if (event_time < now - SECONDS_OF_SEVEN_DAYS)
      throw invalid("The event time is more than 7 days in the past");
    if (user_data.whatsapp_business_account_id !== accountId)
      throw invalid("The data set is of another account");
    return {
      id: event_id,
      name: event_name,
      time: event_time,
      clickId: user_data.ctwa_clid,
      value: custom_data?.value,
      currency: custom_data?.currency,
    };
  });
}

function invalid(details: string): GraphError {
  return new GraphError(100, { details, subcode: 2804003 });
}
