import { escapeHtml } from "../base/escape_html.ts";

/** An e-mail without its recipient: the same text in two forms. */
export type Letter = { subject: string; text: string; html: string };

/** What a letter says: paragraphs, with the link on a line of its own between them. */
type Content = { subject: string; before: readonly string[]; link: string; after: readonly string[] };

/** Composes a letter of plain paragraphs and one link. It loads nothing: no pictures, no styles. */
export function letter({ subject, before, link, after }: Content): Letter {
  const address = escapeHtml(link);
  const html = [
    ...before.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    `<p><a href="${address}">${address}</a></p>`,
    ...after.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
  ];
  return {
    subject,
    text: `${[...before, link, ...after].join("\n\n")}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${html.join("\n")}\n</body>\n</html>\n`,
  };
}

/**
 * A name as one line: with line breaks it could pass for a header or for a paragraph of the letter, and with controls of
 * the direction of text it could reverse what follows.
 */
export function oneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
}
