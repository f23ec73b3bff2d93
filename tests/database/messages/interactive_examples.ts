import type { ContentExample } from "./content_examples.ts";

const examples: ContentExample[] = [];
const add = (what: string, content: unknown, isFine: boolean) =>
  examples.push({ what, type: "interactive", content, isFine });
const fine = (what: string, content: unknown) => add(what, content, true);
const wrong = (what: string, content: unknown) => add(what, content, false);
const limit = (what: string, length: number, content: (text: string) => unknown) => {
  fine(`${what} of ${length} characters`, content("é".repeat(length)));
  wrong(`${what} of ${length + 1} characters`, content("é".repeat(length + 1)));
};

wrong("no type", { body: { text: "a" }, action: {} });
wrong("no action", { type: "button", body: { text: "a" } });
wrong("an action that is no object", { type: "button", body: { text: "a" }, action: [] });
fine("a kind that this version does not know", { type: "address_message", body: { text: "a" }, action: {} });

const button = (number: number, title = `Button ${number}`, id = `b${number}`) => ({
  type: "reply",
  reply: { id, title },
});
const buttons = (list: unknown, rest: object = {}) => ({
  type: "button",
  body: { text: "Choose" },
  action: { buttons: list },
  ...rest,
});
fine("one button", buttons([button(1)]));
fine("three buttons", buttons([button(1), button(2), button(3)]));
wrong("four buttons", buttons([button(1), button(2), button(3), button(4)]));
wrong("no button", buttons([]));
wrong("buttons that are no list", buttons({}));
wrong("a button that is no object", buttons(["Yes"]));
wrong("two buttons with one title", buttons([button(1, "Yes"), button(2, "Yes")]));
wrong("two buttons with one id", buttons([button(1, "Yes", "a"), button(2, "No", "a")]));
wrong("a button without a title", buttons([{ type: "reply", reply: { id: "a" } }]));
wrong("an empty title", buttons([button(1, "")]));
limit("a button's title", 20, (title) => buttons([button(1, title)]));
limit("a button's id", 256, (id) => buttons([button(1, "Yes", id)]));
limit("the body above buttons", 1024, (text) => buttons([button(1)], { body: { text } }));
limit("a footer", 60, (text) => buttons([button(1)], { footer: { text } }));
limit("a text header", 60, (text) => buttons([button(1)], { header: { type: "text", text } }));
fine("an image header", buttons([button(1)], { header: { type: "image", image: { id: "1" } } }));
wrong("buttons without a body", buttons([button(1)], { body: undefined }));

const row = (number: number, rest: object = {}) => ({ id: `r${number}`, title: `Row ${number}`, ...rest });
const rows = (count: number, from = 1) => Array.from({ length: count }, (_, at) => row(from + at));
const list = (sections: unknown, rest: object = {}) => ({
  type: "list",
  body: { text: "Choose" },
  action: { button: "Open", sections },
  ...rest,
});
const ten = rows(10).map((one, at) => ({ title: `Section ${at}`, rows: [one] }));
fine("ten rows in one section without a title", list([{ rows: rows(10) }]));
wrong("eleven rows in one section", list([{ rows: rows(11) }]));
fine("ten sections of one row", list(ten));
wrong("eleven sections", list([...ten, { title: "More", rows: [] }]));
wrong(
  "eleven rows in two sections",
  list([
    { title: "A", rows: rows(6) },
    { title: "B", rows: rows(5, 7) },
  ]),
);
wrong("no section", list([]));
wrong("sections that are no list", list({}));
wrong("a section without rows", list([{ rows: [] }]));
wrong("rows that are no list", list([{ rows: {} }]));
wrong("two sections, one without a title", list([{ title: "A", rows: rows(1) }, { rows: rows(1, 2) }]));
wrong("two rows with one id", list([{ rows: [row(1), row(1)] }]));
wrong("a row without a title", list([{ rows: [{ id: "a" }] }]));
wrong("a row without an id", list([{ rows: [{ title: "a" }] }]));
limit("a section's title", 24, (title) => list([{ title, rows: rows(1) }]));
limit("a row's title", 24, (title) => list([{ rows: [row(1, { title })] }]));
limit("a row's description", 72, (description) => list([{ rows: [row(1, { description })] }]));
limit("a row's id", 200, (id) => list([{ rows: [row(1, { id })] }]));
limit("a list's button", 20, (button) => list([], { action: { button, sections: [{ rows: rows(1) }] } }));
limit("the body above a list", 4096, (text) => list([{ rows: rows(1) }], { body: { text } }));
fine("a text header above a list", list([{ rows: rows(1) }], { header: { type: "text", text: "a" } }));
wrong("an image above a list", list([{ rows: rows(1) }], { header: { type: "image", image: { id: "1" } } }));

const cta = (parameters: unknown, rest: object = {}) => ({
  type: "cta_url",
  body: { text: "Look" },
  action: { name: "cta_url", parameters },
  ...rest,
});
fine("a link button", cta({ display_text: "Open", url: "https://example.com" }));
limit("a link button's text", 20, (display_text) => cta({ display_text, url: "https://example.com" }));
wrong("a link button to nowhere", cta({ display_text: "Open" }));
wrong("a link button to a script", cta({ display_text: "Open", url: "javascript:alert(1)" }));

const ask = (action: unknown) => ({ type: "location_request_message", body: { text: "Where?" }, action });
fine("a request for a location", ask({ name: "send_location" }));
wrong("a request for something else", ask({ name: "send_money" }));

const flow = (parameters: object) => ({
  type: "flow",
  body: { text: "Fill in" },
  action: { name: "flow", parameters },
});
fine("a flow by id", flow({ flow_id: "1", flow_cta: "Start" }));
fine("a flow by name", flow({ flow_name: "a", flow_cta: "Start" }));
wrong("a flow by both", flow({ flow_id: "1", flow_name: "a", flow_cta: "Start" }));
wrong("a flow by neither", flow({ flow_cta: "Start" }));
limit("a flow's button", 30, (flow_cta) => flow({ flow_id: "1", flow_cta }));

fine("a product without a body", { type: "product", action: { catalog_id: "1", product_retailer_id: "2" } });
limit("the body above a carousel", 1024, (text) => ({
  type: "carousel",
  body: { text },
  action: { cards: [] },
}));

export const interactiveExamples: readonly ContentExample[] = examples;
