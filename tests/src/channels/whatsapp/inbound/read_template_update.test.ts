import { testFields } from "./fields.ts";

const template = {
  message_template_id: 1987654321098765,
  message_template_name: "order_ready",
  message_template_language: "pt_BR",
};
/** What a report changes: all that it does not speak of is null. */
const changes = (change: object) => ({
  kind: "record",
  name: "template_update",
  apply: "apply_template_update",
  change: {
    provider_template_id: "1987654321098765",
    name: "order_ready",
    language: "pt_BR",
    status: null,
    status_reason: null,
    status_details: null,
    category: null,
    quality_rating: null,
    texts: null,
    ...change,
  },
});

testFields([
  {
    field: "message_template_status_update",
    value: { ...template, event: "rejected", reason: "PROMOTIONAL", message_template_category: "MARKETING" },
    expect: [changes({ status: "REJECTED", status_reason: "PROMOTIONAL", category: "MARKETING" })],
  },
  {
    field: "message_template_status_update",
    says: "with the reason NONE, or null",
    value: { ...template, event: "APPROVED", reason: "NONE" },
    expect: [changes({ status: "APPROVED" })],
  },
  {
    field: "message_template_status_update",
    says: "with Meta's explanation",
    value: {
      ...template,
      event: "PAUSED",
      reason: "NONE",
      other_info: { title: "FIRST_PAUSE", description: "Paused for 3 hours until Nov 28" },
    },
    expect: [
      changes({
        status: "PAUSED",
        status_reason: "FIRST_PAUSE",
        status_details: "Paused for 3 hours until Nov 28",
      }),
    ],
  },
  {
    field: "message_template_status_update",
    says: "that is really a quality update",
    value: { ...template, previous_quality_score: "GREEN", new_quality_score: "YELLOW" },
    expect: [changes({ quality_rating: "YELLOW" })],
  },
  {
    field: "messages",
    says: "that is really a template update",
    value: { ...template, event: "PAUSED" },
    expect: [changes({ status: "PAUSED" })],
  },
  {
    field: "template_category_update",
    says: "to come",
    value: { ...template, new_category: "UTILITY", correct_category: "MARKETING" },
    expect: [changes({ category: "UTILITY" })],
  },
  {
    field: "template_category_update",
    says: "done",
    value: { ...template, previous_category: "UTILITY", new_category: "MARKETING" },
    expect: [changes({ category: "MARKETING" })],
  },
  {
    field: "template_correct_category_detection",
    value: { ...template, category: "UTILITY", correct_category: "MARKETING" },
    expect: [changes({ category: "UTILITY" })],
  },
  {
    field: "message_template_components_update",
    value: {
      ...template,
      message_template_title: "Ready",
      message_template_element: "Hi {{1}}",
      message_template_footer: "Bye",
      message_template_buttons: [
        {
          message_template_button_type: "URL",
          message_template_button_text: "Track",
          message_template_button_url: "https://example.com/{{1}}",
        },
      ],
    },
    expect: [
      changes({
        texts: [
          { type: "HEADER", format: "TEXT", text: "Ready" },
          { type: "BODY", text: "Hi {{1}}" },
          { type: "FOOTER", text: "Bye" },
          { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://example.com/{{1}}" }] },
        ],
      }),
    ],
  },
  {
    field: "message_template_components_update",
    says: "with nothing in it",
    value: template,
    expect: [changes({})],
  },
  {
    field: "message_template_status_update",
    says: "that names no language",
    value: { ...template, message_template_language: null, event: "APPROVED" },
    expect: [{ kind: "other", name: "template_update", reason: "it names no template, or no language" }],
  },
]);
