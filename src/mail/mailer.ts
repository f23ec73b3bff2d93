import { createTransport } from "nodemailer";
import type { Config } from "../base/config.ts";
import { type Letter, oneLine } from "./letter.ts";

type Recipient = { name: string; address: string };

/** Sends e-mails through the mail server that the operator has configured. */
export type Mailer = {
  /** Resolves when the mail server has accepted the e-mail. @throws MailError */
  send(letter: Letter, to: Recipient, signal?: AbortSignal): Promise<void>;
};

/** An e-mail was not sent, or it is not known whether it was. The message contains neither its address nor its text. */
export class MailError extends Error {
  override readonly name = "MailError";
  /** Whether another attempt would fail, too: the mail server does not accept this recipient or this e-mail. */
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

const PLAIN_ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()\\,;"]+$/;

const TIMEOUTS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
};

/** Null without SMTP_URL. The address may be a private one: the operator chose it. */
export function openMailer({ SMTP_URL: url, SMTP_FROM: from }: Config): Mailer | null {
  if (url === undefined || from === undefined) return null;
  const transport = createTransport({
    url,
    ...TIMEOUTS,
    // Otherwise someone in between could remove STARTTLS from the server's answer, and read password and links.
    ...(mustEncrypt(url) && { requireTLS: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ subject, text, html }, { name, address }, signal) {
      // The library would read it as another address, or as several.
      if (!PLAIN_ADDRESS.test(address))
        throw new MailError("The e-mail address of the recipient is not valid", true);
      try {
        await transport.sendMail({
          from,
          to: { name: oneLine(name), address },
          subject: oneLine(subject),
          text,
          html,
          // No answers of "out of office".
          headers: { "Auto-Submitted": "auto-generated" },
          ...(signal && { signal }),
        });
      } catch (error) {
        throw mailError(error);
      }
    },
  };
}

/** smtp:// starts unencrypted. The operator may allow it to stay so, with ?ignoreTLS=true, as on a private network. */
function mustEncrypt(url: string): boolean {
  const { protocol, searchParams, hostname } = new URL(url);
  return protocol === "smtp:" && searchParams.get("ignoreTLS") !== "true" && !LOOPBACK.has(hostname);
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The answers to these are about the one e-mail, and not about the connection, the login or the sender. */
const ABOUT_THE_MAIL = new Set(["RCPT TO", "DATA"]);

/** What the mail server answers may quote the address, so that only codes are kept. */
function mailError(error: unknown): MailError {
  const { code, responseCode, command } = Object(error) as Record<string, unknown>;
  const answer = typeof responseCode === "number" ? ` (SMTP ${responseCode})` : "";
  const cause = typeof code === "string" ? code : "unknown error";
  const isAboutMail = typeof command === "string" && ABOUT_THE_MAIL.has(command);
  if (isAboutMail && typeof responseCode === "number" && responseCode >= 500)
    return new MailError(`The mail server refused the recipient or the e-mail${answer}`, true);
  return new MailError(`The e-mail could not be handed to the mail server: ${cause}${answer}`, false);
}
