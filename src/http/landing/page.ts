/** A link on the page. */
export type Destination = { path: string; title: string; about: string };

/** The page at `/`: what Parley is, and links. It has no scripts and loads nothing from other hosts. */
export function homePage(destinations: readonly Destination[]): string {
  const items = destinations.map(
    ({ path, title, about }) =>
      `<li><a href="${path}"><strong>${title}</strong><span>${about}</span><code>${path}</code></a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Parley</h1>
<p>A messaging backend that lives in PostgreSQL: insert a row, send a message.</p>
<ul>
${items.join("\n")}
</ul>
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: light-dark(#0a7d5a, #4fd1a5); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fbfaf8, #161817); color: light-dark(#1c1f1e, #e8eae9); }
main { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 2.5rem; letter-spacing: -.03em; }
p { margin: .25rem 0 2rem; opacity: .75; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .9rem .25rem; color: inherit; text-decoration: none; }
a:hover strong, a:focus-visible strong { text-decoration: underline; }
strong { color: var(--accent); }
span { grid-column: 1; font-size: .9rem; opacity: .75; }
code { grid-area: 1 / 2 / 3; align-self: center; font-size: .85rem; opacity: .6; }
`;
