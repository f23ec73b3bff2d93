import { BUSINESS_NUMBER, contacts, metadata, SAID_AT } from "../../../inbound/bodies.ts";
import { testFields } from "./fields.ts";

testFields([
  {
    field: "calls",
    says: "from a customer: the window opens as it rings",
    value: {
      metadata,
      contacts,
      calls: [
        {
          id: "wacid.1",
          from: "5511998765432",
          event: "connect",
          direction: "USER_INITIATED",
          timestamp: SAID_AT,
        },
        {
          id: "wacid.1",
          from: "5511998765432",
          event: "terminate",
          direction: "USER_INITIATED",
          duration: 61,
        },
      ],
    },
    expect: [
      { kind: "call", event: "connect", direction: "inbound", opensWindow: true, profileName: "Rosa Prado" },
      { kind: "call", event: "terminate", opensWindow: false, durationSeconds: 61 },
    ],
  },
  {
    field: "calls",
    says: "to a customer, with an error beside it",
    value: {
      metadata,
      calls: [
        { id: "wacid.2", from: BUSINESS_NUMBER, to: "5511998765432", event: "connect" },
        { event: "connect" },
      ],
      errors: [{ code: 138006, message: "No permission" }],
    },
    expect: [
      { kind: "provider_error", code: 138006, message: "No permission" },
      { kind: "call", direction: "outbound", opensWindow: false },
      { kind: "other", reason: "a call without a usable id" },
    ],
  },
]);
