import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { ManualClock } from "../../sandbox/manual_clock.ts";
import type { NumberOptions } from "../../sandbox/options.ts";
import { type SandboxServer, type SandboxServerOptions, startSandboxServer } from "../../sandbox/server.ts";

export const NUMBER = "106540352242922";
export const ACCOUNT = "102290129340398";
export const TOKEN = "token-of-the-first-number";
export const APP_SECRET = "test_app_secret";
/** The customer most tests are about. */
export const ALEX = "12025550110";

interface Received {
  headers: IncomingHttpHeaders;
  raw: string;
}

/** The values of everything that was received, in order: `entry[].changes[].value`. */
interface Value {
  contacts?: Record<string, unknown>[];
  messages?: Record<string, unknown>[];
  statuses?: Record<string, unknown>[];
}

/** A webhook endpoint that keeps what it gets and answers as it is told. */
interface Receiver {
  url: string;
  received: Received[];
  /** The HTTP status of every next answer. */
  answer: number;
  values(): Value[];
  statuses(): Record<string, unknown>[];
  messages(): Record<string, unknown>[];
}

/** Starts an endpoint that is gone at the end of the test. */
export async function startReceiver(t: TestContext): Promise<Receiver> {
  const receiver: Receiver = {
    url: "",
    received: [],
    answer: 200,
    values: () =>
      receiver.received.flatMap(({ raw }) => {
        const body: { entry: { changes: { value: Value }[] }[] } = JSON.parse(raw);
        return body.entry.flatMap(({ changes }) => changes.map(({ value }) => value));
      }),
    statuses: () => receiver.values().flatMap(({ statuses }) => statuses ?? []),
    messages: () => receiver.values().flatMap(({ messages }) => messages ?? []),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      receiver.received.push({ headers: request.headers, raw: Buffer.concat(chunks).toString("latin1") });
      response.writeHead(receiver.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

export interface Stage {
  sandbox: SandboxServer;
  receiver: Receiver;
  clock: ManualClock;
  /** A call to the Graph API with the number's token, unless told. */
  graph(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  /** `POST /messages` with the envelope filled in. */
  send(message: Record<string, unknown>): Promise<Reply>;
}

interface Reply {
  status: number;
  headers: Headers;
  body: {
    messages?: { id: string }[];
    contacts?: Record<string, unknown>[];
    error?: { code: number; message: string; error_subcode?: number; error_data?: { details: string } };
    [key: string]: unknown;
  };
}

/** A sandbox with one number, under a manual clock, and a receiver of its webhooks. */
export async function setStage(t: TestContext, options: SandboxServerOptions = {}): Promise<Stage> {
  const receiver = await startReceiver(t);
  const clock = new ManualClock();
  const sandbox = await startSandboxServer({
    clock,
    seed: 1,
    numbers: [firstNumber(receiver.url)],
    ...options,
  });
  t.after(() => sandbox.close());
  const graph: Stage["graph"] = async (method, path, body, token = TOKEN) => {
    const response = await fetch(`${sandbox.url}/v25.0/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Reply["body"],
    };
  };
  return {
    sandbox,
    receiver,
    clock,
    graph,
    send: (message) =>
      graph("POST", `${NUMBER}/messages`, { messaging_product: "whatsapp", to: ALEX, ...message }),
  };
}

export function firstNumber(webhookUrl: string): NumberOptions {
  return {
    phoneNumberId: NUMBER,
    businessAccountId: ACCOUNT,
    displayPhoneNumber: "15550783881",
    verifiedName: "Corner Shop",
    accessToken: TOKEN,
    appSecret: APP_SECRET,
    verifyToken: "verify-me",
    webhookUrl,
  };
}

export const hello = { type: "text", text: { body: "Hello" } };
