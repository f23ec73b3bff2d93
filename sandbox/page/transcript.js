import { renderMessage } from "./bubble.js";
import { element } from "./element.js";

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
/** Closer to the end than this, the reader is at the end. */
const NEAR_PX = 120;

/** Keeps the list of bubbles equal to the chat: only what changed is drawn again. */
export class Transcript {
  #scroller;
  #list;
  #on;
  #drawn = new Map();
  #isAtEnd = true;
  #top = 0;

  constructor(scroller, list, on) {
    this.#scroller = scroller;
    this.#list = list;
    this.#on = on;
    scroller.onscroll = () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      // Away from the end is only who scrolled up: pictures that arrive move the end away, too.
      if (scrollHeight - scrollTop - clientHeight < NEAR_PX) this.#isAtEnd = true;
      else if (scrollTop < this.#top) this.#isAtEnd = false;
      this.#top = scrollTop;
    };
    // Also when a picture has arrived, and with it its height.
    new ResizeObserver(() => this.#stayAtEnd()).observe(list);
  }

  show(messages) {
    const before = this.#drawn;
    const byWamid = new Map(messages.map((message) => [message.wamid, message]));
    this.#drawn = new Map();
    let day = "";
    for (const message of messages) {
      const messageDay = dayFormat.format(message.at);
      if (messageDay !== day) this.#keep(before, messageDay, messageDay, () => renderDay(messageDay));
      day = messageDay;
      const quoted = byWamid.get(message.replyTo);
      const print = JSON.stringify([message, quoted]);
      this.#keep(before, message.wamid, print, () => renderMessage(message, quoted, this.#on));
    }
    this.#list.replaceChildren(...Array.from(this.#drawn.values(), ({ node }) => node));
    this.#stayAtEnd();
  }

  #stayAtEnd() {
    if (this.#isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #keep(before, key, print, draw) {
    const old = before.get(key);
    this.#drawn.set(key, old?.print === print ? old : { print, node: draw() });
  }
}

function renderDay(day) {
  return element("li", { className: "day" }, element("span", {}, day));
}
