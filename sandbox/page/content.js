import { element, icon } from "./element.js";
import { format } from "./format.js";

/** What is in a bubble, by the message's type. */
export function renderContent(message) {
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
      return media(type, content);
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
      return interactive(content);
    default:
      return [element("p", { className: "faint" }, `A message of type “${type}”`)];
  }
}

function interactive(content) {
  const reply = content.button_reply ?? content.list_reply;
  if (reply) {
    const description = reply.description && element("p", { className: "faint" }, reply.description);
    return [text(reply.title), ...(description ? [description] : [])];
  }
  if (content.nfm_reply) return [text(content.nfm_reply.body ?? "Response sent")];
  const head = content.header;
  const top = head?.type === "text" ? header(head.text) : head ? media(head.type, head[head.type]) : [];
  return [...top, text(content.body?.text), ...footer(content.footer?.text)];
}

function media(kind, { caption, filename, link, voice }) {
  const name =
    filename ?? link?.split("/").pop() ?? (voice ? "Voice message" : kind[0].toUpperCase() + kind.slice(1));
  const isPicture = kind === "image" || kind === "video" || kind === "sticker";
  const symbol = kind === "sticker" ? "image" : kind;
  const placeholder = isPicture
    ? element(
        "div",
        { className: "picture", role: "img", ariaLabel: name },
        icon(symbol),
        element("span", {}, name),
      )
    : card(symbol, name, undefined);
  return caption ? [placeholder, text(caption)] : [placeholder];
}

function card(symbol, title, detail) {
  const words = element("div", {}, element("strong", {}, title ?? ""), detail && element("span", {}, detail));
  return element("div", { className: "attachment" }, icon(symbol), words);
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
