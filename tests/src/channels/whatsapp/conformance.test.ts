import type { Fault } from "../../../../sandbox/faults.ts";
import { fileAtSandbox } from "../../../support/media.ts";
import { digits } from "../../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../../support/program.ts";
import { postWebhook, textMessage, webhookBody } from "../../../support/webhooks.ts";
import { type FileTrouble, type Line, type StandIn, type Trouble, testConformance } from "../conformance.ts";

/** WhatsApp, with the sandbox for Meta. */
const whatsapp: StandIn = {
  kind: "whatsapp_cloud",
  async start(database, { withWorker }) {
    const delivery = { retryDelaysMs: Array(200).fill(100), timeoutMs: 5_000 };
    const program = await startProgram(database, {
      withWorker,
      sandbox: { enforcesWindow: false, delivery },
    });
    return {
      mediaFolder: program.config.MEDIA_STORAGE!,
      connect: (url = program.url) => connect(program, url),
      stop: () => program.stop(),
    };
  },
};

const FAULTS: Record<Exclude<Trouble, "silent">, Fault> = {
  throttled: { kind: "error", code: 130429 },
  "answer lost": { kind: "cut", accepts: true },
  slow: { kind: "delay", milliseconds: 4_000, accepts: true },
};

const FILE_FAULTS = {
  gone: { fault: { kind: "error", code: 100, subcode: 33, httpStatus: 400 }, operation: "readMedia" },
  damaged: { fault: { kind: "alteredBody" }, operation: "downloadMedia" },
  cut: { fault: { kind: "brokenBody" }, operation: "downloadMedia" },
} as const satisfies Record<FileTrouble, { fault: Fault; operation: string }>;

/** Long enough to see what a message is before its statuses come. */
const LATE = [
  { status: "sent", afterMs: 400 },
  { status: "delivered", afterMs: 420 },
] as const;

/** Whose app secret a line is signed with. */
const workspaces = new Map<Line, ConnectedWorkspace>();

async function connect({ sandbox, connectedWorkspace }: TestProgram, url: string): Promise<Line> {
  const workspace = await connectedWorkspace();
  const { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken, channelId } = workspace;
  sandbox.addNumber({
    phoneNumberId,
    businessAccountId,
    displayPhoneNumber: "15550001111",
    accessToken,
    appSecret,
    verifyToken,
    webhookUrl: `${url}/webhooks/whatsapp/${channelId}`,
    messagesPerSecond: 10_000,
  });
  const own = () => sandbox.ledger.sent.filter(({ chat }) => chat.number.phoneNumberId === phoneNumberId);
  const line: Line = {
    tenantId: workspace.tenantId,
    channelId,
    newCustomer: () => `1555${digits(7)}`,
    saying(...said) {
      const customers = [...new Set(said.map(({ customer }) => customer))];
      return Buffer.from(
        webhookBody(workspace, {
          contacts: customers.map((wa_id) => ({ wa_id, profile: { name: `Customer ${wa_id}` } })),
          messages: said.map(({ customer, id, text }) => textMessage(customer, text, id)),
        }),
      );
    },
    reporting(...reports) {
      const statuses = reports.map(({ messageId, status }) => {
        const { wamid, chat } = own().find(({ callbackData }) => callbackData === messageId)!;
        const errors = status === "failed" ? { errors: [{ code: 131026, title: "Undeliverable" }] } : {};
        const timestamp = String(Math.floor(Date.now() / 1000));
        return { id: wamid, status, timestamp, recipient_id: chat.customer.waId, ...errors };
      });
      return Buffer.from(webhookBody(workspace, { statuses }));
    },
    async sending({ customer, id, bytes }) {
      const from = { wa_id: customer, profile: { name: `Customer ${customer}` } };
      const message = {
        from: customer,
        id,
        timestamp: String(Math.floor(Date.now() / 1000)),
        type: "document",
      };
      const document = { id: await fileInto(sandbox.url, workspace, bytes), mime_type: "text/plain" };
      return Buffer.from(webhookBody(workspace, { contacts: [from], messages: [{ ...message, document }] }));
    },
    async post(body, signedFor = line) {
      const { appSecret: secret } = workspaces.get(signedFor)!;
      return (await postWebhook(url, { channelId, appSecret: secret }, body)).status;
    },
    async fileOf(messageId) {
      const { content } = own().find(({ callbackData }) => callbackData === messageId)!;
      return fileAtSandbox(sandbox.url, accessToken, (content as { id: string }).id);
    },
    accepted: () => own().map(({ callbackData }) => callbackData!),
    next(recipient, what) {
      const once = { phoneNumberId, recipient, times: 1 };
      if (what === "silent") sandbox.planStatuses([], once);
      else sandbox.faults.add(FAULTS[what], once);
      if (what === "answer lost") sandbox.planStatuses(LATE, once);
    },
    nextFile(what) {
      const { fault, operation } = FILE_FAULTS[what];
      sandbox.faults.add(fault, { phoneNumberId, operation, times: 1 });
    },
  };
  workspaces.set(line, workspace);
  return line;
}

/** Gives Meta a file, and returns its id. */
async function fileInto(
  url: string,
  { phoneNumberId, accessToken }: ConnectedWorkspace,
  bytes: Buffer,
): Promise<string> {
  const form = new FormData();
  form.append("messaging_product", "whatsapp");
  form.append("file", new File([new Uint8Array(bytes)], "a.txt", { type: "text/plain" }));
  const response = await fetch(`${url}/v25.0/${phoneNumberId}/media`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}` },
    body: form,
  });
  return ((await response.json()) as { id: string }).id;
}

testConformance(whatsapp);
