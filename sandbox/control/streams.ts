import type { ServerResponse } from "node:http";
import type { Chat } from "../chats.ts";
import type { Network } from "../network.ts";
import { viewChat } from "./chat_view.ts";
import { ControlError } from "./control_error.ts";

/** Pages that listen to a chat: each change sends the whole chat as a server-sent event. */
export class ChatStreams {
  readonly #network: Network;
  #open = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  /** Holds the response open and feeds it until the page goes away. Throws when there are too many. */
  open(response: ServerResponse, chat: Chat): void {
    if (this.#open >= this.#network.limits.streams)
      throw new ControlError(503, "Too many pages are listening");
    this.#open += 1;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });

    let isDue = false;
    const send = () => {
      isDue = false;
      if (response.destroyed) return;
      response.write(`data: ${JSON.stringify(viewChat(this.#network, chat))}\n\n`);
    };
    const watcher = () => {
      // A page that does not keep up, or several changes in one turn, need the newest state only.
      if (isDue) return;
      isDue = true;
      if (response.writableNeedDrain) response.once("drain", send);
      else setImmediate(send);
    };
    chat.watchers.add(watcher);
    response.once("close", () => {
      chat.watchers.delete(watcher);
      this.#open -= 1;
    });
    send();
  }
}
