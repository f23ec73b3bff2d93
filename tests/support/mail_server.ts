import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export type ReceivedMail = { from: string; to: string[]; raw: string };

type Step = "greeting" | "MAIL" | "RCPT" | "DATA" | "end";

/** A mail server on loopback that keeps what it is sent. */
export type MailServer = {
  port: number;
  mails: ReceivedMail[];
  /** Refusals by step: `{ RCPT: "550 5.1.1 unknown" }`; "close" closes the connection instead. */
  refusals: Partial<Record<Step, string>>;
  close(): Promise<void>;
};

export async function startMailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    void converse(socket, it);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const it: MailServer = {
    port: (server.address() as AddressInfo).port,
    mails: [],
    refusals: {},
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return it;
}

async function converse(socket: Socket, { mails, refusals }: MailServer): Promise<void> {
  let mail: ReceivedMail = { from: "", to: [], raw: "" };
  let isData = false;
  const answer = (step: Step | null, usual: string) => {
    const text = (step && refusals[step]) ?? usual;
    if (text === "close") socket.destroy();
    else socket.write(`${text}\r\n`);
    return text === usual;
  };
  answer("greeting", "220 stand-in");
  for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (isData) {
      if (line !== ".") mail.raw += `${line}\n`;
      else {
        isData = false;
        if (answer("end", "250 stored")) mails.push(mail);
      }
      continue;
    }
    const [, address = ""] = /<(.*)>/.exec(line) ?? [];
    switch (line.slice(0, 4).toUpperCase()) {
      case "EHLO":
        answer(null, "250 stand-in");
        break;
      case "MAIL":
        mail = { from: address, to: [], raw: "" };
        answer("MAIL", "250 ok");
        break;
      case "RCPT":
        if (answer("RCPT", "250 ok")) mail.to.push(address);
        break;
      case "DATA":
        isData = answer("DATA", "354 go on");
        break;
      case "STAR":
        answer(null, "502 no TLS here");
        break;
      case "QUIT":
        answer(null, "221 bye");
        socket.end();
        break;
      default:
        answer(null, "250 ok");
    }
  }
}

/** The plain text of a mail: quoted-printable or as it is. */
export function textOf({ raw }: ReceivedMail): string {
  const [, part = ""] = /Content-Type: text\/plain[\s\S]*?\n\n([\s\S]*?)\n--/.exec(raw) ?? [];
  const isQuoted = /text\/plain[\s\S]{0,80}quoted-printable/.test(raw);
  if (!isQuoted) return part;
  const bytes = part
    .replace(/=\n/g, "")
    .replace(/=([\dA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
