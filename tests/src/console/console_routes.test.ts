import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import express from "express";
import { pino } from "pino";
import { type Bundle, bundleConsole } from "../../../src/console/bundle.ts";
import { consoleRoutes } from "../../../src/console/console_routes.ts";

const log = pino({ level: "silent" });

/** Serves the console, and returns its address. */
async function serve(t: TestContext, options: Parameters<typeof consoleRoutes>[1]): Promise<string> {
  const server = createServer(express().use("/console", consoleRoutes(log, options)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/console`;
}

test("a console that does not compile is answered with 503 and the reason", async (t) => {
  const source = await mkdtemp(join(tmpdir(), "console-"));
  t.after(() => rm(source, { recursive: true }));
  await writeFile(join(source, "main.tsx"), "export const broken = ;\n");
  const url = await serve(t, { bundle: () => bundleConsole(source) });
  const response = await fetch(`${url}/inbox`);
  assert.equal(response.status, 503);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  assert.equal(error.code, "PYUNA");
  assert.match(error.message, /main\.tsx:1:\d+: ERROR: Unexpected ";"/);
  assert.equal((await fetch(`${url}/assets/main.js`)).status, 404);
});

test("every path is the page; its files are kept for ever; only a start page may frame it", async (t) => {
  const bundled = bundleConsole();
  const [alone, framed] = await Promise.all([
    serve(t, { bundle: () => bundled }),
    serve(t, { bundle: () => bundled, isFramed: true }),
  ]);
  const page = await fetch(`${alone}/settings/people`);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'; .*trusted-types 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  const shown = await fetch(framed);
  assert.match(shown.headers.get("content-security-policy") ?? "", /frame-ancestors 'self'/);
  assert.equal(shown.headers.get("x-frame-options"), "SAMEORIGIN");

  const { script, assets } = await bundled;
  assert.ok((await page.text()).includes(`/console/assets/${script}`));
  const compressed = await fetch(`${alone}/assets/${script}`, { headers: { "accept-encoding": "br" } });
  assert.equal(compressed.headers.get("content-encoding"), "br");
  assert.equal(compressed.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(await compressed.text(), assets.get(script)?.body.toString());
});

test("the first load has at most 150 kB, and each page at most 90 kB more", async () => {
  const bundle = await bundleConsole();
  const first = new Set([bundle.styles, ...withImports(bundle, bundle.script)]);
  assert.ok(sizeOf(bundle, first) <= 150_000, `the first load has ${sizeOf(bundle, first)} bytes`);
  for (const name of bundle.assets.keys())
    for (const page of importsOf(bundle, name, LATER)) {
      const more = [...withImports(bundle, page)].filter((each) => !first.has(each));
      const size = sizeOf(bundle, new Set(more));
      assert.ok(size <= 90_000, `${page} has ${size} bytes: ${more.join(", ")}`);
    }
});

const AT_ONCE = /(?:from|import)"\.\/([^"]+\.js)"/g;
const LATER = /import\("\.\/([^"]+\.js)"\)/g;

function importsOf({ assets }: Bundle, name: string, pattern: RegExp): string[] {
  return [...(assets.get(name)?.body.toString() ?? "").matchAll(pattern)].map(([, file]) => file!);
}

/** A file and all that it imports at once. */
function withImports(bundle: Bundle, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const each of importsOf(bundle, name, AT_ONCE)) withImports(bundle, each, seen);
  return seen;
}

/** In bytes, with gzip. */
function sizeOf({ assets }: Bundle, names: ReadonlySet<string>): number {
  return [...names].reduce((sum, name) => sum + gzipSync(assets.get(name)!.body).length, 0);
}
