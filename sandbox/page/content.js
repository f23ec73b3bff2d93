import { card, element } from "./element.js";
import { renderFile } from "./file.js";
import { format } from "./format.js";

/** What is in a bubble, by the message's type. `on`: see `renderFile`. */
export function renderContent(message, on) {
  const { type, content, rendered, isRevoked } = message;
  if (isRevoked) return [element("p", { className: "faint" }, "This message was deleted")];
  if (rendered) return [...header(rendered.header), text(rendered.body), ...footer(rendered.footer)];
  switch (type) {
    case "text":
      return [text(content.body)];
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
      return [renderFile(type, content, message, on), ...caption(content)];
    case "location":
      return [
        card(
          "place",
          content.name ?? "Location",
          content.address ?? `${content.latitude}, ${content.longitude}`,
        ),
      ];
    case "contacts":
      return content.map(({ name, phones }) => card("person", name.formatted_name, phones?.[0]?.phone));
    case "button":
      return [text(content.text)];
    case "interactive":
      return interactive(message, on);
    default:
      return [element("p", { className: "faint" }, `A message of type “${type}”`)];
  }
}

function interactive(message, on) {
  const { content } = message;
  const reply = content.button_reply ?? content.list_reply;
  if (reply) {
    const description = reply.description && element("p", { className: "faint" }, reply.description);
    return [text(reply.title), ...(description ? [description] : [])];
  }
  if (content.nfm_reply) return [text(content.nfm_reply.body ?? "Response sent")];
  return [...interactiveHeader(message, on), text(content.body?.text), ...footer(content.footer?.text)];
}

function interactiveHeader(message, on) {
  const head = message.content.header;
  if (head === undefined) return [];
  return head.type === "text" ? header(head.text) : [renderFile(head.type, head[head.type], message, on)];
}

function caption({ caption: words }) {
  return words ? [text(words)] : [];
}

function text(body) {
  return element("p", { className: "text" }, ...format(body));
}

function header(words) {
  return words ? [element("p", { className: "header" }, words)] : [];
}

function footer(words) {
  return words ? [element("p", { className: "faint" }, words)] : [];
}
