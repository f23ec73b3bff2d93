import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Metafile, OutputFile } from "esbuild";

/** A file that browsers load. Its name has a hash of its content, so browsers keep it permanently. */
export type Asset = { name: string; type: string; body: Buffer };

/** The console as browsers load it: by name, and what the page names. */
export type Bundle = {
  assets: ReadonlyMap<string, Asset>;
  /** The module that starts the console, what it imports at once, and its styles. */
  script: string;
  imports: readonly string[];
  styles: string;
};

/** The folder with the console's source. */
const SOURCE = fileURLToPath(new URL("../../console/", import.meta.url));
const ENTRY = "main.tsx";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * Bundles the console in memory, in about a third of a second: there is no build step, so no output can be stale.
 * @throws an error with esbuild's findings when the source does not compile
 */
export async function bundleConsole(source: string = SOURCE): Promise<Bundle> {
  const { build, stop } = await import("esbuild");
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: source,
      entryPoints: [ENTRY],
      outdir: "/console/assets",
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      target: "es2024",
      minify: true,
      write: false,
      metafile: true,
      legalComments: "none",
      logLevel: "silent",
      // Explicit, because esbuild reads no tsconfig.json under node_modules, where an installed Parley is.
      jsx: "automatic",
      conditions: ["production"],
      define: { "process.env.NODE_ENV": '"production"' },
    });
    return assemble(outputFiles, metafile);
  } finally {
    // Its process is needed once.
    await stop();
  }
}

function assemble(files: readonly OutputFile[], { outputs }: Metafile): Bundle {
  const assets = new Map(files.map(({ path, contents }) => [basename(path), toAsset(path, contents)]));
  const [path, entry] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === ENTRY)!;
  return {
    assets,
    script: basename(path),
    imports: entry.imports
      .filter(({ kind }) => kind === "import-statement")
      .map((each) => basename(each.path)),
    styles: basename(entry.cssBundle!),
  };
}

function toAsset(path: string, contents: Uint8Array): Asset {
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  return { name: basename(path), type, body: Buffer.from(contents) };
}
