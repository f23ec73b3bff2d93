import { once } from "node:events";
import { createWriteStream, openAsBlob } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { lowerValue } from "../report/figure.ts";
import { eventually } from "../stage/counts.ts";
import { withPeakMemory } from "../stage/peak_memory.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { Case } from "./measured.ts";

const TIMEOUT_MS = 30 * 60_000;

export const imports: Case = {
  name: "import",
  about:
    "100,000 and 1,000,000 contacts in CSV files, uploaded and imported: in what time and how much memory",
  async run(bench) {
    const [some, many] = bench.options.isQuick ? [10_000, 20_000] : [100_000, 1_000_000];
    await importContacts(bench, some, "import");
    await importContacts(bench, many, "import-many");
  },
};

async function importContacts(bench: Bench, count: number, slug: string): Promise<void> {
  const workspace = await bench.workspace(slug);
  const path = join(bench.program.home, `${slug}.csv`);
  await writeContacts(path, count);
  const copy = await bench.controls.copy();
  const { result, beforeMb, peakMb } = await withPeakMemory(bench.program, () =>
    measure(bench, workspace, path),
  );
  await rm(path);
  const { watcher } = bench.postgres;
  const { rows } = await watcher.query("select count(*)::int from app_public.contacts where tenant_id = $1", [
    workspace.tenantId,
  ]);
  const name = count.toLocaleString("en-US");
  const faults = rows[0].count === count ? [] : [`there are ${rows[0].count} contacts, not ${count}`];
  const details = {
    uploadSeconds: result.uploadSeconds,
    perSecond: count / result.seconds,
    copyPerSecond: copy.perSecond,
  };
  // 600 µs each is a minute for 100,000.
  const each = { value: (result.seconds / count) * 1e6, unit: "µs each", target: lowerValue(600, 300) };
  bench.add({ case: "import", name: `${name} contacts`, ...each, details, faults });
  bench.add({
    case: "import",
    name: `${name} contacts, memory`,
    value: peakMb - beforeMb,
    unit: "MB more",
    target: lowerValue(250, 120),
    details: { peakMb },
    faults: [],
  });
}

/** Half of the numbers are national ones, as people write them. */
async function writeContacts(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  file.write("phone;name;email;City;tags\n");
  for (let at = 0; at < count; at++) {
    const number = `151${String(10_000_000 + at)}`;
    const phone = at % 2 === 0 ? `0${number.slice(0, 3)} ${number.slice(3)}` : `+49${number}`;
    if (!file.write(`${phone};Customer ${at};customer${at}@example.com;Köln;vip\n`))
      await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

async function measure({ program, postgres }: Bench, { slug, tenantId }: Workspace, path: string) {
  await postgres.watcher.query("update app_public.tenants set country = 'DE' where id = $1", [tenantId]);
  const key = ["key", "create", slug, "--tenant", slug, "--scope", "manage_contacts"];
  const { secret } = await program.command<{ secret: string }>(key);
  const began = performance.now();
  const response = await fetch(`${program.url}/imports?createFields=true&group=All`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}` },
    body: await openAsBlob(path),
  });
  if (response.status !== 201) throw new Error(`the upload was answered with ${response.status}`);
  const { id } = (await response.json()) as { id: string };
  const uploadSeconds = (performance.now() - began) / 1_000;
  const isCompleted = "select exists (select from app_public.imports where id = $1 and status = 'completed')";
  await eventually(postgres.watcher, isCompleted, [id], TIMEOUT_MS);
  return { seconds: (performance.now() - began) / 1_000, uploadSeconds };
}
