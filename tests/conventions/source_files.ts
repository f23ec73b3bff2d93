import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** A file of the program and the files of the repository that it imports, also those of which it needs only types. */
export type SourceFile = { path: string; imports: string[] };

const IMPORT = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

export function sourceFiles(): SourceFile[] {
  return globSync("{src,embedded,sandbox,tasks}/**/*.{ts,js}", { cwd: ROOT }).map((path) => ({
    path,
    imports: importsIn(path, readFileSync(join(ROOT, path), "utf8")),
  }));
}

export function importsIn(path: string, source: string): string[] {
  return [...source.matchAll(IMPORT)].map(([, target]) => normalize(join(dirname(path), target!)));
}
