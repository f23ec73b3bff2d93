import { BSUID, contacts, metadata, SAID_AT, SAID_AT_MS } from "./bodies.ts";
import { testFields } from "./fields.ts";

testFields([
  {
    field: "user_preferences",
    value: {
      metadata,
      contacts,
      user_preferences: [
        { wa_id: "5511998765432", category: "marketing_messages", value: "stop", timestamp: 1763690400 },
        { wa_id: "5511998765432", category: "marketing_messages", value: "resume", timestamp: 1763690400 },
        { user_id: BSUID, category: "marketing_messages", value: "perhaps" },
      ],
    },
    expect: [
      { kind: "marketing_preference", allowsMarketing: false, occurredAt: SAID_AT_MS },
      { kind: "marketing_preference", allowsMarketing: true },
      {
        kind: "other",
        name: "marketing_preference",
        reason: "it names no customer, or no known preference",
      },
    ],
  },
  {
    field: "group_participants_update",
    value: {
      metadata,
      groups: [{ group_id: "Z3I=", type: "group_participants_add", request_id: "q", timestamp: SAID_AT }],
    },
    expect: [{ kind: "other", name: "group_update", reason: "kept: there is no table for it yet" }],
  },
  {
    field: "smb_app_state_sync",
    value: {
      metadata,
      state_sync: [
        {
          type: "contact",
          contact: { full_name: "Rosa Prado", first_name: "Rosa", phone_number: "5511998765432" },
          action: "add",
          metadata: { timestamp: SAID_AT },
        },
        { type: "label" },
        { type: "contact", contact: {}, action: "merge" },
      ],
    },
    expect: [
      {
        kind: "contact_sync",
        name: "Rosa Prado",
        occurredAt: SAID_AT_MS,
      },
      { kind: "other", reason: "a state sync that is not about a contact" },
      { kind: "other", reason: "a state sync with an unknown action" },
    ],
  },
  {
    field: "messaging_handovers",
    value: {
      sender: { phone_number: "5511998765432" },
      type: "control_passed",
      control_passed: { previous_owner_role: "primary", new_owner_role: "agent" },
      timestamp: 1763690400,
    },
    expect: [{ kind: "other", name: "handover" }],
  },
]);
