import { BSUID, BUSINESS_NUMBER, contacts, metadata, SAID_AT } from "./bodies.ts";
import { testFields } from "./fields.ts";

testFields([
  {
    field: "history",
    value: {
      metadata,
      history: [
        {
          metadata: { phase: 1, chunk_order: "2", progress: 40 },
          threads: [
            {
              id: "5511998765432",
              context: { wa_id: "5511998765432", user_id: BSUID, username: "rosa" },
              messages: [
                { from: "5511998765432", id: "h1", timestamp: SAID_AT, type: "text", text: { body: "old" } },
                {
                  from: BUSINESS_NUMBER,
                  to: "5511998765432",
                  id: "h2",
                  type: "text",
                  text: { body: "older" },
                },
                {
                  from: BUSINESS_NUMBER,
                  id: "h3",
                  type: "media_placeholder",
                  history_context: { status: "READ" },
                },
                null,
              ],
            },
          ],
        },
      ],
    },
    expect: [
      { kind: "other", name: "history_sync" },
      {
        kind: "message",
        direction: "inbound",
        origin: "history",
        username: "rosa",
      },
      { kind: "message", direction: "outbound", origin: "history", content: { body: "older" } },
      {
        kind: "message",
        direction: "outbound",
        type: "media_placeholder",
        metadata: { history_context: { status: "READ" } },
        contact: {
          phone: "+5511998765432",
          phoneAlias: null,
          bsuid: BSUID,
          parentBsuid: null,
          external: null,
        },
      },
      { kind: "other", reason: "an element that is not an object" },
    ],
  },
  {
    field: "history",
    says: "with the media of a placeholder",
    value: {
      metadata,
      contacts,
      messages: [{ from: "5511998765432", id: "h4", type: "image", image: { id: "6" } }],
    },
    expect: [{ kind: "message", origin: "history", direction: "inbound", type: "image" }],
  },
  {
    field: "history",
    says: "the business declined to share",
    value: { metadata, history: [{ errors: [{ code: 2593109, message: "Declined" }] }] },
    expect: [{ kind: "other", name: "history_sync" }],
  },
]);
