import { summarise } from "./format.js";

/**
 * The text field. It says something new, answers a message, or changes an own one. Calls `onSend(action)`. What is typed
 * when a file is sent becomes its caption.
 */
export class Composer {
  #text;
  #draft;
  #draftText;
  #reply;
  #edited;

  constructor(form, onSend) {
    this.#text = form.querySelector("textarea");
    this.#draft = form.querySelector(".draft");
    this.#draftText = form.querySelector(".draft p");
    form.querySelector(".draft button").onclick = () => this.#start({});
    this.#text.oninput = () => this.#fit();
    this.#text.onkeydown = (event) => {
      if (event.key === "Escape") this.#start({});
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      const body = this.#text.value.trim();
      if (body === "") return;
      if (this.#edited) onSend({ kind: "edit", wamid: this.#edited.wamid, body });
      else onSend({ kind: "say", body, replyTo: this.#reply?.wamid });
      this.#start({});
    };
  }

  reply(message) {
    this.#start({ reply: message });
  }

  edit(message) {
    this.#start({ edited: message });
  }

  /** What goes along with a file; the field is then empty. */
  takeAlong() {
    const along = { caption: this.#text.value.trim(), replyTo: this.#reply?.wamid };
    this.#start({});
    return along;
  }

  #start({ reply, edited }) {
    this.#reply = reply;
    this.#edited = edited;
    const about = reply ?? edited;
    this.#draft.hidden = !about;
    this.#draftText.textContent = about ? `${edited ? "Edit" : "Reply to"}: ${summarise(about)}` : "";
    this.#text.value = edited
      ? (edited.content.body ?? edited.content.caption ?? "")
      : reply
        ? this.#text.value
        : "";
    this.#fit();
    this.#text.focus();
  }

  /** As high as the text, up to what the stylesheet allows. */
  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
