import { announce, type Chat, type Message } from "./chats.ts";
import { type Choice, choicesOf } from "./choices.ts";
import type { AddressChange, Fact } from "./customers.ts";
import { type AddressChangeShape, changeAddress, preferMarketing, repeatFact } from "./facts.ts";
import { downloadAddress } from "./graph/media.ts";
import { type Inbound, receiveMessage } from "./inbound.ts";
import type { JsonObject } from "./json.ts";
import { isAnimatedWebp, type MediaKind } from "./media_types.ts";
import { isForward } from "./message_status.ts";
import { burst, echo, type Imported, importMessage, repeat } from "./message_variants.ts";
import type { Network } from "./network.ts";
import type { StoredFile } from "./temporary_files.ts";

interface CustomerFile {
  kind: MediaKind;
  mimeType: string;
  filename?: string | undefined;
  caption?: string | undefined;
  /** Of audio: a voice note. */
  isVoice?: boolean | undefined;
  replyTo?: string | undefined;
  /** Whether the webhook has a download address; defaults to true where the number has a `graphUrl`. */
  hasUrl?: boolean | undefined;
}

/** The types of files that may have a caption. */
const CAPTIONED: ReadonlySet<string> = new Set<MediaKind>(["image", "video", "document"]);

/** A customer's action is impossible: the message does not exist, or has nothing to tap. */
export class CustomerError extends Error {
  override readonly name = "CustomerError";
}

/**
 * A customer's phone with one chat open. Everything done on it becomes a webhook, sent at once and not waited for;
 * the message it returns is the customer's own, with its wamid.
 */
export class CustomerPhone {
  readonly chat: Chat;
  readonly #network: Network;
  #lastReturned: Message | undefined;

  constructor(network: Network, chat: Chat) {
    this.#network = network;
    this.chat = chat;
    this.#lastReturned = this.received.at(-1);
  }

  /** The transcript: both sides, oldest first. */
  get messages(): readonly Message[] {
    return this.chat.messages;
  }

  /** What the business said, oldest first. */
  get received(): Message[] {
    return this.chat.messages.filter(({ from }) => from === "business");
  }

  /**
   * The business's next message: the first time the first one after this phone was taken up, then the one after that.
   * Rejects after `deadlineMs` of real time.
   */
  async nextMessage(deadlineMs?: number): Promise<Message> {
    const next = await this.#network.ledger.waitFor(() => this.#after(this.#lastReturned), deadlineMs);
    this.#lastReturned = next;
    return next;
  }

  say(body: string, options: Pick<Inbound, "replyTo" | "context" | "referral"> = {}): Message {
    return this.send({ type: "text", content: { body }, ...options });
  }

  /** Any message, in the Graph API's words: an order, contacts, a completed Flow, … */
  send(said: Inbound): Message {
    return receiveMessage(this.#network, this.chat, said);
  }

  /**
   * Taps a button, or picks a row of a list, by its id or title: in the message `wamid`, or in the newest one that
   * has it. Throws a CustomerError when there is none.
   */
  tap(idOrTitle: string, wamid?: string): Message {
    const messages = wamid === undefined ? this.received.reverse() : [this.#message(wamid)];
    for (const message of messages) {
      const choice = choicesOf(message).find(({ id, title }) => id === idOrTitle || title === idOrTitle);
      if (choice) return this.send({ ...toReply(choice), replyTo: message.wamid });
    }
    throw new CustomerError(`There is nothing to tap called ${JSON.stringify(idOrTitle)}`);
  }

  /** Sends a file that is in memory. */
  sendMedia({ bytes, ...described }: CustomerFile & { bytes: Buffer }): Message {
    return this.sendFile({ ...described, file: this.#network.media.files.write(bytes) });
  }

  /** Sends a file that the sandbox stores already (`network.media.files`). The business can fetch it by media id. */
  sendFile({ file, ...described }: CustomerFile & { file: StoredFile }): Message {
    const { kind, mimeType, filename, caption, isVoice, replyTo, hasUrl = true } = described;
    const { phoneNumberId, graphUrl } = this.chat.number;
    const medium = this.#network.media.add({ phoneNumberId, from: "customer", mimeType, filename, file });
    const content: JsonObject = {
      ...(caption !== undefined && { caption }),
      ...(kind === "document" && filename !== undefined && { filename }),
      mime_type: mimeType,
      sha256: file.digest.toString("base64"),
      id: medium.id,
      ...(hasUrl && graphUrl !== undefined && { url: downloadAddress(this.#network, graphUrl, medium) }),
      ...(kind === "audio" && { voice: isVoice ?? false }),
      ...(kind === "sticker" && { animated: isAnimatedWebp(file.head) }),
    };
    return this.send({ type: kind, content, replyTo });
  }

  sendLocation(location: { latitude: number; longitude: number; name?: string; address?: string }): Message {
    return this.send({ type: "location", content: location });
  }

  /** Puts an emoji on a message, or takes it away with `''`. */
  react(wamid: string, emoji: string): Message {
    this.#message(wamid).reactions.customer = emoji;
    const content = emoji === "" ? { message_id: wamid } : { message_id: wamid, emoji };
    return this.send({ type: "reaction", content });
  }

  /** Changes the text of an own message, or the caption of a file. */
  edit(wamid: string, body: string): Message {
    const original = this.#ownMessage(wamid);
    const { type } = original;
    if (type !== "text" && !CAPTIONED.has(type))
      throw new CustomerError("Only a text or a caption can be edited");
    original.content = type === "text" ? { body } : { ...(original.content as JsonObject), caption: body };
    original.isEdited = true;
    return this.send({
      type: "edit",
      content: { original_message_id: wamid, message: { type, [type]: original.content } },
    });
  }

  /** Deletes an own message for everyone. */
  revoke(wamid: string): Message {
    this.#ownMessage(wamid).isRevoked = true;
    return this.send({ type: "revoke", content: { original_message_id: wamid } });
  }

  /** Types several texts within one second: `inOnePost`, or one POST each, one after the other. */
  burst(bodies: readonly string[], { inOnePost = false } = {}): Message {
    return burst(this.#network, this.chat, bodies, inOnePost);
  }

  /** An own message comes once more under its wamid, with a timestamp so many seconds later. */
  repeat(wamid: string, secondsLater = 0): Message {
    const message = this.#ownMessage(wamid);
    if (repeat(this.#network, message, secondsLater) === undefined)
      throw new CustomerError("The webhook of this message is not among the last ones");
    return message;
  }

  /** Delivers the business's own message `wamid` to it as an echo. */
  echo(wamid: string): Message {
    const message = this.#message(wamid);
    if (message.from !== "business") throw new CustomerError("Only a message of the business has an echo");
    echo(this.#network, message);
    return message;
  }

  /** A message of the chat's past, as Meta imports it. Returns its wamid. */
  importMessage(imported: Imported): string {
    return importMessage(this.#network, this.chat, imported);
  }

  /**
   * Changes the number or user id; the business is notified in one of Meta's shapes. Without `phone` the new number is
   * hidden.
   */
  changeAddress(change: AddressChange, shape: AddressChangeShape = "previous"): void {
    changeAddress(this.#network, this.chat, change, shape);
    announce(this.chat);
  }

  /** Stops marketing messages, or resumes them. */
  preferMarketing(allows: boolean): void {
    preferMarketing(this.#network, this.chat, allows);
  }

  /** Delivers an earlier change of address or marketing preference again: the newest, or the one `back` before. */
  repeatFact(kind: Fact["kind"], back = 1): void {
    if (!repeatFact(this.#network, this.chat, kind, back))
      throw new CustomerError("Nothing of that kind has been delivered");
  }

  /** Reads everything: the business gets a `read` for each of its messages that had none. */
  read(): void {
    for (const message of this.received) {
      if (message.status === "failed" || !isForward(message.status, "read")) continue;
      this.#network.statuses.report(message, { status: "read" });
    }
    announce(this.chat);
  }

  /** Plays a voice note of the business, which gets `played` the first time. */
  play(wamid: string): void {
    const message = this.#message(wamid);
    if (message.from !== "business" || message.type !== "audio")
      throw new CustomerError("Only a voice note of the business can be played");
    if (message.status !== "failed" && isForward(message.status, "played"))
      this.#network.statuses.report(message, { status: "played" });
  }

  #after(message: Message | undefined): Message | undefined {
    const { received } = this;
    return received[message ? received.indexOf(message) + 1 : 0];
  }

  #message(wamid: string): Message {
    const message = this.#network.ledger.message(wamid);
    if (message?.chat !== this.chat) throw new CustomerError("There is no such message in this chat");
    return message;
  }

  #ownMessage(wamid: string): Message {
    const message = this.#message(wamid);
    if (message.from !== "customer") throw new CustomerError("Only an own message can be changed");
    return message;
  }
}

/** A tap on a template's quick reply is a `button`; the rest are `interactive`. */
function toReply({ kind, id, title, description }: Choice): Inbound {
  switch (kind) {
    case "button":
      return { type: "interactive", content: { type: "button_reply", button_reply: { id, title } } };
    case "row":
      return {
        type: "interactive",
        content: {
          type: "list_reply",
          list_reply: { id, title, ...(description !== undefined && { description }) },
        },
      };
    case "quickReply":
      return { type: "button", content: { payload: id, text: title } };
    default:
      return kind satisfies never;
  }
}
