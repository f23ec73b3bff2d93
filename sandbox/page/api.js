/** The sandbox's API for one chat. Every method throws an Error with the sandbox's own words. */
export class ChatApi {
  #base;

  constructor(phoneNumberId, customer) {
    this.#base = `api/numbers/${encodeURIComponent(phoneNumberId)}/chats/${encodeURIComponent(customer)}`;
  }

  /** The chat, now and after each change. */
  listen(onChat, onLost) {
    const events = new EventSource(`${this.#base}/events`);
    events.onmessage = ({ data }) => onChat(JSON.parse(data));
    events.onerror = onLost;
    return () => events.close();
  }

  introduce(name) {
    return ask(`${this.#base}/profile`, { method: "PUT", ...json({ name }) });
  }

  act(action) {
    return ask(`${this.#base}/actions`, { method: "POST", ...json(action) });
  }

  /** `about`: the kind, and where they apply a caption, the message it answers, and whether it is a voice note. */
  sendFile(file, about) {
    const mimeType = file.type || "application/octet-stream";
    const given = Object.entries({ mimeType, filename: file.name, ...about }).filter(([, value]) => value);
    const headers = { "content-type": "application/octet-stream" };
    return ask(`${this.#base}/media?${new URLSearchParams(given)}`, { method: "POST", headers, body: file });
  }

  /** Where a file of the chat is. */
  addressOf({ id }) {
    return `${this.#base}/media/${id}`;
  }
}

export function listNumbers() {
  return ask("api/numbers");
}

function json(value) {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function ask(path, options) {
  const response = await fetch(path, options);
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(answer?.error ?? `The sandbox answered ${response.status}`);
  return answer;
}
