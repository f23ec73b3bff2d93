import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import { invitationLetter, passwordResetLetter } from "../../../src/mail/account_letters.ts";
import { invitationLink, passwordResetLink } from "../../../src/mail/account_links.ts";

const expiresAt = new Date("2026-12-05T06:30:00Z");
const link = "https://example.com/account/invitation?token=abc";

test("an invitation says who invites whom into what, until when", () => {
  const { subject, text, html } = invitationLetter({
    ...{ name: "Ann", tenantName: "The Bakery", inviterName: "Bob", role: "agent", expiresAt, link },
  });
  assert.equal(subject, "Invitation to The Bakery");
  assert.match(
    text,
    /^Hello Ann,\n\nBob invites you to join the workspace "The Bakery" on Parley, as agent\./,
  );
  assert.ok(text.includes(`\n\n${link}\n\n`));
  assert.match(text, /valid until 5 December 2026(?: at|,) 06:30 UTC/);
  assert.ok(html.includes(`<a href="${link}">`));
});

test("names are one line, and text in HTML", () => {
  const evil = 'A\r\n\r\nhttps://evil.example\u2028<img src=x onerror="x">\u202e';
  for (const { subject, text, html } of [
    invitationLetter({ name: evil, tenantName: evil, inviterName: evil, role: "agent", expiresAt, link }),
    passwordResetLetter({ name: evil, expiresAt, link }),
  ]) {
    assert.doesNotMatch(subject, /[\r\n\u2028\u202e]/);
    assert.doesNotMatch(text, /^https:\/\/evil/m);
    assert.doesNotMatch(html, /<img|\u202e/);
  }
});

test("links lead to the API's own pages, or to those of a front end", () => {
  const own = readConfig({ PUBLIC_URL: "https://parley.example.com/" });
  assert.equal(invitationLink("t-_1", own), "https://parley.example.com/account/invitation?token=t-_1");
  assert.equal(passwordResetLink("t", own), "https://parley.example.com/account/password?token=t");
  const front = readConfig({
    INVITATION_URL: "https://app.example.com/join/{token}?from=mail",
    PASSWORD_RESET_URL: "https://app.example.com/#{token}",
  });
  assert.equal(invitationLink("t", front), "https://app.example.com/join/t?from=mail");
  assert.equal(passwordResetLink("t", front), "https://app.example.com/#t");
  for (const [name, value] of [
    ["INVITATION_URL", "https://app.example.com/join"],
    ["INVITATION_URL", "javascript:{token}"],
    ["PASSWORD_RESET_URL", "https://app.example.com/{token}/{token}"],
    ["SMTP_URL", "http://mail.example.com"],
    ["SMTP_FROM", "Parley"],
  ] as const)
    assert.throws(
      () => readConfig({ SMTP_URL: "smtps://x", SMTP_FROM: "a@b", [name]: value }),
      new RegExp(name),
    );
  assert.throws(() => readConfig({ SMTP_URL: "smtps://mail.example.com" }), /SMTP_FROM are needed together/);
});
