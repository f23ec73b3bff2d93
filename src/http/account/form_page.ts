import { escapeHtml } from "../../base/escape_html.ts";

type Field = { name: string; label: string; type: "text" | "password"; autocomplete: string };

export type Form = { title: string; text: string; button: string; fields: readonly Field[] };

/** A page with a form that is sent to its own address, without scripts. What was entered is not shown again. */
export function formPage({ title, text, button, fields }: Form, token: string, error?: string): string {
  const inputs = fields.map(
    ({ name, label, type, autocomplete }) =>
      `<label>${label}<input name="${name}" type="${type}" autocomplete="${autocomplete}"></label>`,
  );
  return page(
    title,
    `<p>${text}</p>
${error === undefined ? "" : `<p role="alert">${escapeHtml(error)}</p>`}
<form method="post">
<input type="hidden" name="token" value="${escapeHtml(token)}">
${inputs.join("\n")}
<button>${button}</button>
</form>`,
  );
}

/** A page that says that it is done. */
export function donePage({ title, text }: { title: string; text: string }): string {
  return page(title, `<p>${text}</p>`);
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Parley</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --accent: light-dark(#0a7d5a, #4fd1a5); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fbfaf8, #161817); color: light-dark(#1c1f1e, #e8eae9); }
main { max-width: 24rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 1.75rem; letter-spacing: -.02em; }
form, label { display: grid; gap: .4rem; }
form { gap: 1rem; }
input, button { font: inherit; padding: .6rem .7rem; border: 1px solid #8886; border-radius: .4rem; }
button { background: var(--accent); color: light-dark(#fff, #0b1512); border-color: transparent; cursor: pointer; }
[role=alert] { padding: .6rem .8rem; border-left: 3px solid #c0392b; background: #c0392b1a; }
`;
