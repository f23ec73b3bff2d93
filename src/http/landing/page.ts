import { escapeHtml } from "../../base/escape_html.ts";

/** A link on the page. */
export type Destination = { path: string; title: string; about: string };

/** What a newcomer needs to sign in to the demo. */
type DemoHint = { email: string; passwordFile: string };

/**
 * The page at `/`: what Parley is, and links. With a demo, the console and a customer's phone are side by side, with what to try
 * first. It has no scripts and loads nothing from other hosts.
 */
export function homePage(destinations: readonly Destination[], demo?: DemoHint): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley</title>
<style>${STYLE}${demo ? STAGE_STYLE : ""}</style>
</head>
<body>
<main>
<h1>Parley</h1>
<p>A messaging backend that lives in PostgreSQL: insert a row, send a message.</p>
${demo ? stage(demo) : ""}
<ul class="destinations">
${destinations.map(link).join("\n")}
</ul>
</main>
</body>
</html>
`;
}

function link({ path, title, about }: Destination): string {
  return `<li><a href="${path}"><strong>${title}</strong><span>${about}</span><code>${path}</code></a></li>`;
}

/** The phone of somebody else; its query makes the frame load it. */
const OTHER_CUSTOMER = "/sandbox?customer=2#customer=%2B15550100002&name=Sam";

function stage({ email, passwordFile }: DemoHint): string {
  const console = `/console?email=${encodeURIComponent(email)}`;
  return `<ol class="steps">
<li><strong>Sign in</strong> to the console as <code>${escapeHtml(email)}</code>. <code>npm start</code> has printed the password in your
terminal; it is also in <code>${escapeHtml(passwordFile)}</code>.</li>
<li><strong>Answer a customer.</strong> Write “Hello” on the phone. The chatbot answers first; open the conversation in the inbox and
write back.</li>
<li><strong>Change the chatbot.</strong> Open it under Chatbots, change its greeting, and publish it. Then write as
<a href="${OTHER_CUSTOMER}" target="phone">another customer</a>: where you have answered yourself, the chatbot pauses.</li>
</ol>
<div class="stage">
<section><h2>Your side: the console <a href="${console}" target="_blank">Open in a tab</a></h2>
<iframe src="${console}" title="The console" loading="lazy" allow="clipboard-write; microphone"></iframe></section>
<section><h2>The customer's phone <a href="/sandbox" target="_blank">Open in a tab</a></h2>
<iframe src="/sandbox" name="phone" title="A customer's phone" loading="lazy" allow="microphone"></iframe></section>
</div>`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: light-dark(#0a7d5a, #4fd1a5); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fbfaf8, #161817); color: light-dark(#1c1f1e, #e8eae9); }
main { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 2.5rem; letter-spacing: -.03em; }
p { margin: .25rem 0 2rem; color: light-dark(#5a5f5d, #a6adaa); }
.destinations { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.destinations li { border-bottom: 1px solid var(--line); }
.destinations a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .9rem .25rem; color: inherit; text-decoration: none; }
.destinations a:hover strong, a:focus-visible strong { text-decoration: underline; }
.destinations strong { color: var(--accent); }
.destinations span { grid-column: 1; font-size: .9rem; color: light-dark(#5a5f5d, #a6adaa); }
.destinations code { grid-area: 1 / 2 / 3; align-self: center; font-size: .85rem; color: light-dark(#5a5f5d, #a6adaa); }
`;

/** Frames only where both fit; elsewhere the links below lead to the same pages. */
const STAGE_STYLE = `
.steps { margin: 0 0 2rem; padding-inline-start: 1.25rem; }
.steps li { margin-block: .5rem; }
.steps a { color: var(--accent); }
.steps code { font-size: .875em; overflow-wrap: anywhere; }
.stage { display: none; }
@media (width >= 70rem) {
  main { max-width: none; margin: 1.5rem auto 3rem; }
  main > p { margin-bottom: 1rem; }
  .steps { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2rem; margin-bottom: 1rem; padding: 0; counter-reset: step; list-style: none; font-size: .9rem; }
  .steps li { counter-increment: step; margin: 0; padding-inline-start: 2rem; position: relative; }
  .steps li::before { content: counter(step); position: absolute; inset-inline-start: 0; width: 1.4rem; border-radius: 50%; background: var(--accent); color: light-dark(#fff, #0b1512); font-weight: 600; font-size: .8rem; line-height: 1.4rem; text-align: center; }
  .stage { display: grid; grid-template-columns: minmax(0, 1fr) 25rem; gap: 1.5rem; margin-bottom: 2rem; }
  .stage h2 { display: flex; justify-content: space-between; margin: 0 0 .4rem; font-size: .875rem; }
  .stage h2 a { color: var(--accent); font-weight: 400; }
  iframe { width: 100%; height: max(32rem, calc(100vh - 15rem)); border: 1px solid var(--line); border-radius: .75rem; background: light-dark(#fff, #1b1e1d); }
  .destinations { max-width: 40rem; }
}
`;
