import { card, element, foreignLink, icon } from "./element.js";
import { formatSize, nameOf } from "./format.js";

/**
 * The file of a message. `on.addressOf(file)` is where the sandbox has it, `on.play(message)` reports that a voice note is
 * played. A file that is elsewhere is only linked to, and one that is gone is a placeholder.
 */
export function renderFile(kind, media, message, on) {
  const { file } = message;
  const name = media.filename ?? nameOf(kind, media);
  if (media.link) {
    const place = URL.canParse(media.link) ? new URL(media.link).host : "";
    return foreignLink(media.link, { className: "linked" }, card("open", name, place));
  }
  if (!file) return placeholder(kind, name, "no longer in the sandbox");
  const src = on.addressOf(file);
  const instead = (event) => event.target.replaceWith(placeholder(kind, name, "cannot be opened"));
  switch (kind) {
    case "image":
    case "sticker":
      return element("img", { className: kind, alt: media.caption ?? name, src, onerror: instead });
    case "video":
      return element("video", {
        src,
        controls: true,
        preload: "metadata",
        ariaLabel: name,
        onerror: instead,
      });
    case "audio": {
      const onplay = () => on.play(message);
      return element("audio", {
        src,
        controls: true,
        preload: "metadata",
        ariaLabel: name,
        onerror: instead,
        onplay,
      });
    }
    default:
      return element(
        "a",
        { className: "linked", href: src, download: name },
        card("document", name, `${formatSize(file.size)} · ${file.mimeType}`),
      );
  }
}

function placeholder(kind, name, reason) {
  if (kind === "document" || kind === "audio") return card(kind, name, reason);
  return element(
    "div",
    { className: "picture", role: "img", ariaLabel: `${name}, ${reason}` },
    icon(kind === "video" ? "video" : "image"),
    element("span", {}, name),
    element("span", {}, reason),
  );
}
