import type { Bundle } from "./bundle.ts";

/** The folder of the files that a page loads. */
const ASSETS_PATH = "/console/assets";

/** The one page of the console: everything on it is drawn by its script. */
export function consolePage({ script, imports, styles }: Bundle): string {
  const preloads = imports.map((name) => `<link rel="modulepreload" href="${ASSETS_PATH}/${name}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Parley</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSETS_PATH}/${styles}">
${preloads.join("\n")}
<script type="module" src="${ASSETS_PATH}/${script}"></script>
</head>
<body>
<div id="console"></div>
<noscript>The console needs JavaScript. The API does not: see docs/graphql.md.</noscript>
</body>
</html>
`;
}

/**
 * Everything comes from this server, and nothing of it is evaluated as a script or inserted as HTML.
 * @param options isFramed: pages of this origin may show the console in a frame
 */
export function contentSecurityPolicy({ isFramed }: { isFramed: boolean }): string {
  return [...POLICY, `frame-ancestors ${isFramed ? "'self'" : "'none'"}`].join("; ");
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];
