import { BUSINESS_NUMBER, contacts, metadata, SAID_AT, SAID_AT_MS } from "./bodies.ts";
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
      { kind: "call", occurredAt: SAID_AT_MS, profileName: "Rosa Prado" },
      { kind: "other", name: "call", reason: "call terminate: kept, nothing to do" },
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
      { kind: "other", name: "provider_error" },
      { kind: "other", name: "call", reason: "call connect: kept, nothing to do" },
      { kind: "other", reason: "a call without a usable id" },
    ],
  },
]);
