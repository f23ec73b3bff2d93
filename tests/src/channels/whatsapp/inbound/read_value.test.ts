import { metadata } from "./bodies.ts";
import { testFields } from "./fields.ts";

testFields([
  {
    field: "messages",
    says: "errors alone",
    value: { metadata, errors: [{ code: 130429, title: "Rate limit hit" }] },
    expect: [{ kind: "other", name: "provider_error" }],
  },
  {
    field: "automatic_events",
    value: { metadata, automatic_events: [{ id: "1", event_name: "LeadSubmitted" }] },
    expect: [{ kind: "other", reason: "the value holds nothing we know" }],
  },
  {
    field: "messages",
    says: "a new list beside a known one",
    value: { metadata, statuses: [{ id: "wamid.S", status: "sent" }], wishes: [{ id: 1 }] },
    expect: [
      { kind: "status", status: "sent" },
      { kind: "other", reason: "unknown keys beside known ones" },
    ],
  },
]);
