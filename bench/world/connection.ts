import { Client } from "undici";

type Reply = { status: number; body: Buffer };

/**
 * One kept-alive HTTP/1.1 connection that asks one thing at a time. undici, as others would use: the controls are
 * driven by the same client, so that what it costs is in both.
 */
export class Connection {
  readonly #client: Client;

  constructor(origin: string) {
    this.#client = new Client(origin, { pipelining: 1 });
  }

  async post(path: string, headers: Record<string, string>, body: Buffer): Promise<Reply> {
    const response = await this.#client.request({
      method: "POST",
      path,
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    return { status: response.statusCode, body: Buffer.from(await response.body.arrayBuffer()) };
  }

  close(): void {
    void this.#client.destroy();
  }
}
