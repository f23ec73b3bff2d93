import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { Fact } from "../../facts/fact.ts";
import { messagingLimitOf } from "./read_messaging_limit.ts";
import { occurredAt, other, type Scope } from "./read_scope.ts";

type ValueReader = (value: JsonObject, scope: Scope) => Fact;

/** Maps the fields whose value is one event, instead of lists of events, to their readers. */
export const ACCOUNT_FIELDS: ReadonlyMap<string, ValueReader> = new Map<string, ValueReader>([
  ["account_update", readAccount],
  ["account_review_update", (value, scope) => unkeptOfAccount(value.decision, value, scope)],
  [
    "account_alerts",
    (value, scope) =>
      unkeptOfAccount(objectOf(value.alert_info)?.alert_type ?? value.alert_type, value, scope),
  ],
  ["business_capability_update", readCapability],
  ["phone_number_quality_update", readQuality],
  ["phone_number_name_update", readName],
  ["business_username_updates", (value, scope) => unkept("phone_number_update", value.status, scope)],
  ["security", (value, scope) => unkept("phone_number_update", value.event, scope)],
  ["account_settings_update", readSettings],
  ["flows", readFlow],
]);

/** If the value names the account, the id of the entry is the partner's business portfolio instead. */
function accountIdOf(value: JsonObject, scope: Scope): string | null {
  return wordOf(objectOf(value.waba_info)?.waba_id) ?? scope.source.providerAccountId;
}

const STOPPING = new Set(["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"]);

function readAccount(value: JsonObject, scope: Scope): Fact {
  const event = wordOf(value.event);
  const ban = textOf(objectOf(value.ban_info)?.waba_ban_state);
  const isReinstated = ban === "REINSTATE" || event === "ACCOUNT_RECONNECTED";
  const isStopped = ban === "DISABLE" || (event !== null && STOPPING.has(event));
  if (!isReinstated && !isStopped) return unkeptOfAccount(value.event, value, scope);
  return channelUpdate("account_update", value, scope, {
    stop_reason: isStopped ? `Meta: ${event} ${ban ?? ""}`.trim() : null,
    is_reinstated: isReinstated,
  });
}

function readCapability(value: JsonObject, scope: Scope): Fact {
  const messaging_limit = messagingLimitOf(value);
  if (messaging_limit === null) return unkeptOfAccount(undefined, value, scope);
  return channelUpdate("account_update", value, scope, { messaging_limit });
}

/** Maps events to ratings: the event reports a change, and a flagged number has the lowest rating. */
const RATINGS: ReadonlyMap<string | null, string> = new Map([
  ["FLAGGED", "RED"],
  ["UNFLAGGED", "GREEN"],
]);

function readQuality(value: JsonObject, scope: Scope): Fact {
  const quality_rating = RATINGS.get(wordOf(value.event)) ?? null;
  const messaging_limit = messagingLimitOf(value);
  if (quality_rating === null && messaging_limit === null)
    return unkept("phone_number_update", value.event, scope);
  return numberUpdate(value, scope, { quality_rating, messaging_limit });
}

function readName(value: JsonObject, scope: Scope): Fact {
  const verified_name = wordOf(value.requested_verified_name);
  if (value.decision !== "APPROVED" || verified_name === null)
    return unkept("phone_number_update", value.decision, scope);
  return numberUpdate(value, scope, { verified_name });
}

/** Reads the number from the settings, because the metadata of this event does not name it. */
function readSettings(value: JsonObject, scope: Scope): Fact {
  const numberId = wordOf(objectOf(value.phone_number_settings)?.phone_number_id);
  const fact = unkept("phone_number_update", value.type, scope);
  return { ...fact, providerChannelId: fact.providerChannelId ?? numberId };
}

function numberUpdate(value: JsonObject, scope: Scope, change: { [key: string]: unknown }): Fact {
  const display_phone_number = scope.displayPhoneNumber;
  return channelUpdate("phone_number_update", value, scope, { display_phone_number, ...change });
}

function channelUpdate(
  name: string,
  value: JsonObject,
  scope: Scope,
  change: { [key: string]: unknown },
): Fact {
  return {
    kind: "record",
    ...scope.source,
    providerAccountId: accountIdOf(value, scope),
    name,
    apply: "apply_whatsapp_channel_update",
    change,
    occurredAt: occurredAt(value, scope),
  };
}

function readFlow(value: JsonObject, scope: Scope): Fact {
  const flow_id = wordOf(value.flow_id);
  const status = wordOf(value.new_status)?.toLowerCase() ?? null;
  if (flow_id === null || status === null) return unkept("flow_update", value.event, scope);
  return {
    kind: "record",
    ...scope.source,
    name: "flow_update",
    apply: "apply_whatsapp_flow_update",
    change: { flow_id, status },
    occurredAt: occurredAt(value, scope),
  };
}

function unkeptOfAccount(event: JsonObject[string] | undefined, value: JsonObject, scope: Scope): Fact {
  return { ...unkept("account_update", event, scope), providerAccountId: accountIdOf(value, scope) };
}

function unkept(name: string, event: JsonObject[string] | undefined, { source }: Scope): Fact {
  const about = [source.field, wordOf(event)].filter((word) => word !== null).join(" ");
  return other(source, `${about || name}: no column keeps what it says`, name);
}
