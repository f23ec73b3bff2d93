import { LRUCache } from "lru-cache";
import type { JsonObject } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";
import type { Conversion } from "../../outbound.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

/** The data set of an account never changes. */
const MOST_DATA_SETS = 1000;

/** Reports conversions to Meta's Conversions API, for ads that click to WhatsApp. */
export class ConversionReporter {
  readonly #graph: GraphClient;
  /** Ids, by account. */
  readonly #dataSets = new LRUCache<string, string>({ max: MOST_DATA_SETS });

  constructor(graph: GraphClient) {
    this.#graph = graph;
  }

  /**
   * Reports a conversion. Meta keeps one event of an id and a name, so that it can be repeated after an `uncertain`
   * failure.
   */
  async report(conversion: Conversion, access: CloudApiAccess): Promise<{ kind: "done" } | Failure> {
    const dataSet = await this.#dataSetOf(access);
    if (dataSet.kind !== "found") return dataSet;
    const reply = await this.#post(access, `${dataSet.id}/events`, {
      data: [eventOf(conversion, access)],
      partner_agent: "parley",
    });
    if (reply.kind !== "reply") return classifyLoss(reply);
    return Number(bodyOf(reply)?.events_received) > 0 ? { kind: "done" } : classifyError(reply);
  }

  /** The data set of the account; Meta creates it on the first request. */
  async #dataSetOf(access: CloudApiAccess): Promise<{ kind: "found"; id: string } | Failure> {
    const key = `${access.graphUrl} ${access.businessAccountId}`;
    const known = this.#dataSets.get(key);
    if (known !== undefined) return { kind: "found", id: known };
    const reply = await this.#post(access, `${access.businessAccountId}/dataset`, {});
    if (reply.kind !== "reply") return classifyLoss(reply);
    const id = wordOf(bodyOf(reply)?.id);
    if (id === null) return classifyError(reply);
    this.#dataSets.set(key, id);
    return { kind: "found", id };
  }

  #post(access: CloudApiAccess, path: string, body: JsonObject) {
    return this.#graph.request({
      method: "POST",
      url: edgeUrl(access, path),
      headers: { ...authorization(access), "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(body)),
    });
  }
}

function eventOf(
  { id, clickId, eventName, occurredAt, value }: Conversion,
  { businessAccountId }: CloudApiAccess,
): JsonObject {
  return {
    event_id: id,
    event_name: eventName,
    event_time: Math.floor(occurredAt.getTime() / 1000),
    action_source: "business_messaging",
    messaging_channel: "whatsapp",
    user_data: { whatsapp_business_account_id: businessAccountId, ctwa_clid: clickId },
    ...(value && { custom_data: { value: value.amount, currency: value.currency } }),
  };
}
