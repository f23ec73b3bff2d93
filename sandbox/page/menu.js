import { element } from "./element.js";

/** These have a text, or a caption. */
const EDITED = new Set(["text", "image", "video", "document"]);
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/**
 * What can be done with a message: `on.react(emoji)`, `on.reply()`; with an own one `on.edit()`, `on.revoke()` and
 * `on.repeat()`, with one of the business `on.echo()`.
 */
export function openMenu(popover, anchor, message, on) {
  const entry = (label, action) => {
    const onclick = () => {
      popover.hidePopover();
      action();
    };
    return element("button", { type: "button", onclick }, label);
  };
  const isOwn = message.from === "customer";
  const reactions = EMOJI.map((emoji) => {
    const isOn = message.reactions.customer === emoji;
    const button = entry(emoji, () => on.react(isOn ? "" : emoji));
    button.ariaPressed = String(isOn);
    return button;
  });
  const entries = [
    element("div", { className: "emoji" }, ...reactions),
    entry("Reply", on.reply),
    isOwn && EDITED.has(message.type) && entry("Edit", on.edit),
    isOwn && entry("Delete for everyone", on.revoke),
    isOwn && entry("Deliver again, a minute later", on.repeat),
    !isOwn && entry("Echo to the business", on.echo),
  ];
  popover.replaceChildren(...entries.filter(Boolean));
  popover.showPopover();
  placeBeside(popover, anchor);
}

/** Under the anchor, or above it where there is no room, and always on the screen. */
export function placeBeside(popover, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = at.bottom + 6;
  const top = below + height < innerHeight ? below : at.top - height - 6;
  popover.style.top = `${Math.max(8, top)}px`;
  popover.style.left = `${Math.min(innerWidth - width - 8, Math.max(8, at.right - width))}px`;
}
