import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import { letter } from "../../../src/mail/letter.ts";
import { MailError, type Mailer, openMailer } from "../../../src/mail/mailer.ts";
import { type MailServer, startMailServer, textOf } from "../../support/mail_server.ts";

let server: MailServer;
before(async () => {
  server = await startMailServer();
});
after(() => server.close());
beforeEach(() => {
  server.mails.length = 0;
  server.refusals = {};
});

const LETTER = letter({
  subject: "A subject",
  before: ["Hello,"],
  link: "https://example.com/?a=1&b=2",
  after: ["Bye."],
});
const ANN = { name: "Ann", address: "ann@example.com" };

function mailerTo(url: string): Mailer {
  return openMailer(readConfig({ SMTP_URL: url, SMTP_FROM: "Parley <parley@example.com>" }))!;
}
const open = () => mailerTo(`smtp://127.0.0.1:${server.port}`);

async function failure(mailer: Mailer, to = ANN): Promise<MailError> {
  const error = await mailer.send(LETTER, to).then(
    () => assert.fail("it was sent"),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof MailError);
  assert.ok(!/ann@|https:/.test(`${error.stack}`) && error.cause === undefined, error.message);
  return error;
}

test("a letter goes to one recipient as plain text and HTML", async () => {
  assert.equal(openMailer(readConfig({})), null);
  await open().send(LETTER, ANN);
  const [mail] = server.mails;
  assert.deepEqual([mail!.from, mail!.to], ["parley@example.com", ["ann@example.com"]]);
  assert.match(mail!.raw, /^From: Parley <parley@example\.com>$/m);
  assert.match(mail!.raw, /^Auto-Submitted: auto-generated$/m);
  assert.equal(textOf(mail!).trim(), "Hello,\n\nhttps://example.com/?a=1&b=2\n\nBye.");
  assert.match(
    mail!.raw,
    /<a href=3D"https:\/\/example\.com\/\?a=3D1&amp;b=3D2">|<a href="https:\/\/example\.com\/\?a=1&amp;b=2">/,
  );
});

test("neither a name nor a subject adds a header or a recipient", async () => {
  const name = 'Ann\r\nBcc: eve@example.com\n\n<eve@example.com>, "Eve\u2028';
  await open().send({ ...LETTER, subject: "Hi\r\nBcc: eve@example.com\r\n\r\nBody" }, { ...ANN, name });
  const [mail] = server.mails;
  assert.deepEqual(mail!.to, ["ann@example.com"]);
  const [head = ""] = mail!.raw.split("\n\n");
  assert.doesNotMatch(head, /^Bcc/im);
  assert.match(head, /^Subject: Hi Bcc: eve@example\.com Body$/m);
  await open()
    .send(LETTER, { name: "", address: "ann@example.com,eve@example.com" })
    .catch(() => {});
  assert.ok(server.mails.every(({ to }) => to.length === 1));
});

test("a refused recipient or e-mail is final; everything else may be repeated", async () => {
  const cases: [refusals: MailServer["refusals"], isFinal: boolean, message: RegExp][] = [
    [{ RCPT: "550 5.1.1 <ann@example.com> is unknown" }, true, /refused.*SMTP 550/],
    [{ RCPT: "450 4.2.0 <ann@example.com> is busy" }, false, /EENVELOPE \(SMTP 450\)/],
    [{ MAIL: "550 5.7.1 sender not allowed" }, false, /SMTP 550/],
    [{ DATA: "554 no" }, true, /SMTP 554/],
    [{ end: "552 5.3.4 too big" }, true, /SMTP 552/],
    [{ end: "451 later" }, false, /SMTP 451/],
    [{ end: "close" }, false, /could not be handed/],
    [{ greeting: "554 go away" }, false, /SMTP 554/],
    [{ greeting: "close" }, false, /could not be handed/],
  ];
  for (const [refusals, isFinal, message] of cases) {
    server.refusals = refusals;
    const error = await failure(open());
    assert.equal(error.isFinal, isFinal, JSON.stringify(refusals));
    assert.match(error.message, message);
  }
  server.refusals = {};
  assert.equal((await failure(mailerTo("smtp://127.0.0.1:1"))).isFinal, false);
});

test("a server elsewhere has to encrypt, unless the operator says otherwise", async () => {
  const elsewhere = `smtp://127.0.0.2:${server.port}`;
  assert.match((await failure(mailerTo(elsewhere))).message, /ETLS \(SMTP 502\)/);
  assert.equal(server.mails.length, 0);
  await mailerTo(`${elsewhere}?ignoreTLS=true`).send(LETTER, ANN);
  assert.equal(server.mails.length, 1);
});
