import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Files with a process of their own: they start and kill processes, load the machine, or change their process. */
const ALONE = [
  /^tests\/(concurrency|embedded|faults|loop)\//,
  /^tests\/src\/(inbound|jobs|outbox|process|runner)\//,
  /^tests\/(api\/(hostile_media|thread_pages)|sandbox\/graph\/media)\.test\.ts$/,
  /^tests\/src\/(chatbot\/purity|graphql\/typed_clients|media\/identify_file)\.test\.ts$/,
];
const FILES_PER_BATCH = 8;

/**
 * Writes batches to `folder`: files in which each of several test files is a suite. A process for each test file would
 * take a third of the CPU of all tests, to load the same modules again.
 * @returns what to run: the batches, and the files that need a process of their own
 */
export function writeBatches(files: readonly string[], folder: string): string[] {
  const alone = files.filter((file) => ALONE.some((pattern) => pattern.test(file)));
  const shared = files.filter((file) => !alone.includes(file));
  const byFolder = Map.groupBy(shared, (file) => file.split("/")[1]!);
  const batches = [...byFolder].flatMap(([name, group]) => {
    // Every n-th file, so that neighbours, which are alike and may all be slow, are not in one batch.
    const count = Math.ceil(group.length / FILES_PER_BATCH);
    return Array.from({ length: count }, (_, at) => {
      const path = join(folder, `${name.replace(".", "_")}_${at + 1}.test.mjs`);
      writeFileSync(path, batch(group.filter((_, n) => n % count === at)));
      return path;
    });
  });
  return [...batches, ...alone];
}

/** Hooks at the top of a test file apply to its suite only, because it is imported while the suite is built. */
function batch(files: readonly string[]): string {
  const suites = files.map(
    (file) => `suite(${JSON.stringify(file)}, async () => void (await import("${pathToFileURL(file)}")));`,
  );
  return ['import { suite } from "node:test";', ...suites, ""].join("\n");
}
