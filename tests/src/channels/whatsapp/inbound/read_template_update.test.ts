import { testFields } from "./fields.ts";

const template = {
  message_template_id: 1987654321098765,
  message_template_name: "order_ready",
  message_template_language: "pt_BR",
};
const aboutTemplate = {
  kind: "template_update",
  templateId: "1987654321098765",
  name: "order_ready",
  language: "pt_BR",
};

testFields([
  {
    field: "message_template_status_update",
    value: { ...template, event: "rejected", reason: "PROMOTIONAL", message_template_category: "MARKETING" },
    expect: [
      {
        ...aboutTemplate,
        aspect: "status",
        status: "REJECTED",
        reason: "PROMOTIONAL",
        category: "MARKETING",
      },
    ],
  },
  {
    field: "message_template_status_update",
    says: "with the reason NONE, or null",
    value: { ...template, event: "APPROVED", reason: "NONE" },
    expect: [{ aspect: "status", status: "APPROVED", reason: null }],
  },
  {
    field: "message_template_status_update",
    says: "that is really a quality update",
    value: { ...template, previous_quality_score: "GREEN", new_quality_score: "YELLOW" },
    expect: [{ ...aboutTemplate, aspect: "quality", quality: "YELLOW", status: null }],
  },
  {
    field: "messages",
    says: "that is really a template update",
    value: { ...template, event: "PAUSED" },
    expect: [{ ...aboutTemplate, aspect: "status", status: "PAUSED" }],
  },
  {
    field: "template_category_update",
    says: "to come",
    value: { ...template, new_category: "UTILITY", correct_category: "MARKETING" },
    expect: [{ aspect: "category", category: "UTILITY", correctCategory: "MARKETING" }],
  },
  {
    field: "template_category_update",
    says: "done",
    value: { ...template, previous_category: "UTILITY", new_category: "MARKETING" },
    expect: [{ aspect: "category", category: "MARKETING", correctCategory: null }],
  },
  {
    field: "template_correct_category_detection",
    value: { ...template, category: "UTILITY", correct_category: "MARKETING" },
    expect: [{ aspect: "category", category: "UTILITY", correctCategory: "MARKETING" }],
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
      {
        ...aboutTemplate,
        aspect: "components",
        status: null,
        components: [
          { type: "HEADER", format: "TEXT", text: "Ready" },
          { type: "BODY", text: "Hi {{1}}" },
          { type: "FOOTER", text: "Bye" },
          { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://example.com/{{1}}" }] },
        ],
      },
    ],
  },
  {
    field: "message_template_components_update",
    says: "with nothing in it",
    value: template,
    expect: [{ ...aboutTemplate, aspect: "components", components: null }],
  },
]);
