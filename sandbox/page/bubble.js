import { renderContent } from "./content.js";
import { element, foreignLink, icon } from "./element.js";
import { summarise } from "./format.js";

const TICKS = {
  sent: "one-tick",
  delivered: "two-ticks",
  read: "two-ticks",
  played: "two-ticks",
  failed: "warning",
};
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/**
 * A message as an item of the list. `on` holds what can be done with it: `tap(message, choice)`, `openList(message)`,
 * `sendPlace()`, `openMenu(message, button)`, `play(message)`; and `addressOf(file)`.
 */
export function renderMessage(message, quoted, on) {
  const menu = element(
    "button",
    {
      type: "button",
      className: "more",
      ariaLabel: "React, reply and more",
      onclick: (event) => on.openMenu(message, event.currentTarget),
    },
    icon("down"),
  );
  const quote =
    quoted &&
    element(
      "blockquote",
      {},
      element("strong", {}, quoted.from === "customer" ? "You" : "Business"),
      element("span", { className: "words" }, summarise(quoted)),
    );
  const bubble = element(
    "div",
    { className: "bubble" },
    quote,
    ...renderContent(message, on),
    renderMeta(message),
    menu,
  );
  const emoji = [...new Set(Object.values(message.reactions))].filter(Boolean).join("");
  return element(
    "li",
    { className: message.from },
    bubble,
    emoji && element("span", { className: "reactions" }, emoji),
    ...renderChoices(message, on),
  );
}

function renderMeta({ at, status, errorCode, isEdited, from }) {
  const whose = from === "customer" ? "" : "reported to the business: ";
  const label = errorCode ? `${whose}failed, ${errorCode}` : whose + status;
  const tick = TICKS[status] && icon(TICKS[status]);
  return element(
    "span",
    { className: `meta ${status}`, title: label },
    isEdited && "Edited ",
    clock.format(at),
    errorCode && ` · ${errorCode}`,
    tick,
    element("span", { className: "spoken" }, label),
  );
}

/** The buttons under a bubble. */
function renderChoices(message, on) {
  if (message.from === "customer" || message.isRevoked) return [];
  const { content, choices, rendered } = message;
  const button = (label, onclick, symbol) =>
    element("button", { type: "button", className: "choice", onclick }, symbol && icon(symbol), label);
  if (content?.type === "list") return [button(content.action.button, () => on.openList(message), "list")];
  if (content?.type === "location_request_message") return [button("Send location", on.sendPlace, "place")];
  if (content?.type === "cta_url") {
    const { display_text: label, url } = content.action.parameters;
    return [renderLink(label, url)];
  }
  if (content?.type === "flow") {
    return [
      element(
        "button",
        { type: "button", className: "choice", disabled: true },
        content.action.parameters.flow_cta,
      ),
    ];
  }
  const links = (rendered?.buttons ?? []).filter(({ type }) => type === "URL");
  return [
    ...choices.map((choice) => button(choice.title, () => on.tap(message, choice), "reply")),
    ...links.map(({ text, payload }) => renderLink(text, payload)),
  ];
}

function renderLink(label, url) {
  return foreignLink(url, { className: "choice" }, icon("open"), label);
}
