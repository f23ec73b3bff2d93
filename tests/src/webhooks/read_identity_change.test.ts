import { BSUID, metadata, PARENT_BSUID, SAID_AT, SAID_AT_MS } from "./bodies.ts";
import { testFields } from "./fields.ts";

const NEXT_BSUID = "BR.11111111111111111111";

testFields([
  {
    field: "user_id_update",
    value: {
      metadata,
      user_id_update: [
        {
          wa_id: "5511998765432",
          user_id: { previous: BSUID, current: NEXT_BSUID },
          parent_user_id: { previous: PARENT_BSUID, current: PARENT_BSUID },
          timestamp: SAID_AT,
        },
        { timestamp: SAID_AT },
      ],
    },
    expect: [
      {
        kind: "identity_change",
        event: "user_id_update",
        before: {
          phone: "+5511998765432",
          phoneAlias: null,
          bsuid: BSUID,
          parentBsuid: PARENT_BSUID,
          external: null,
        },
        after: {
          phone: "+5511998765432",
          phoneAlias: null,
          bsuid: NEXT_BSUID,
          parentBsuid: PARENT_BSUID,
          external: null,
        },
      },
      { kind: "other", reason: "a user id update without ids" },
    ],
  },
  {
    field: "messages",
    says: "a changed number",
    value: {
      metadata,
      messages: [
        {
          from: "5511998765432",
          id: "wamid.N",
          timestamp: SAID_AT,
          type: "system",
          system: { type: "customer_changed_number", new_wa_id: "5581987654321", body: "changed" },
        },
      ],
    },
    expect: [
      { kind: "message", type: "system" },
      {
        kind: "identity_change",
        event: "user_changed_number",
        before: { phone: "+5511998765432", phoneAlias: null, bsuid: null, parentBsuid: null, external: null },
        after: { phone: "+5581987654321", phoneAlias: null, bsuid: null, parentBsuid: null, external: null },
        occurredAt: SAID_AT_MS,
      },
    ],
  },
  {
    field: "messages",
    says: "a changed BSUID",
    value: {
      metadata,
      messages: [
        {
          from_user_id: BSUID,
          id: "wamid.N",
          type: "system",
          system: { type: "user_changed_user_id", user_id: NEXT_BSUID },
        },
      ],
    },
    expect: [
      { kind: "message", type: "system" },
      { kind: "identity_change", event: "user_changed_user_id" },
    ],
  },
]);
