import { appendFile } from "node:fs/promises";
import { type Bench, openBench } from "./bench.ts";
import { CASES } from "./cases.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { type Figure, verdictOf } from "./report/figure.ts";
import { watchNoise } from "./report/noise.ts";
import { databaseProfile, nodeProfile } from "./report/profile.ts";
import { numberOf, tableOf } from "./report/table.ts";
import type { CpuCost } from "./stage/cpu_cost.ts";

/** Nothing takes longer: ten million messages in fifty tenants are filled in and indexed within an hour. */
const LONGEST_MS = 180 * 60_000;

const options = read();
if (options.isList) {
  for (const { name, about } of CASES) console.log(`${name.padEnd(14)} ${about}`);
  process.exit(0);
}
const figures: Figure[] = [];
const bench = await openBench(options, note);
const stop = async (exitCode: number) => {
  await bench.close();
  process.exit(exitCode);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(130));
setTimeout(() => void stop(1), LONGEST_MS).unref();
let exitCode = 0;
try {
  await runCases(bench, options);
} catch (error) {
  console.error(error);
  exitCode = 1;
} finally {
  console.log(`\n${tableOf(figures)}\n`);
  await bench.close();
}
if (options.profileDir !== undefined) console.log(await nodeProfile(options.profileDir));
process.exit(figures.some(({ faults }) => faults.length > 0) ? 1 : exitCode);

function read(): Options & { isList: boolean } {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

async function runCases(bench: Bench, { names, profileDir }: Options): Promise<void> {
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(", ")}; --list shows them`);
  const { watcher, postmaster } = bench.postgres;
  for (const one of CASES) {
    if (names.length > 0 && !names.includes(one.name)) continue;
    console.log(`\n# ${one.name}: ${one.about}`);
    const began = performance.now();
    const noise = await watchNoise(postmaster);
    if (profileDir !== undefined) await databaseProfile(watcher);
    // One that fails does not take the others' figures away.
    await one.run(bench).catch((error: unknown) => {
      console.error(error);
      exitCode = 1;
    });
    const { loadAverage, ownShare, foreignShare } = await noise();
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    console.log(
      `  (${((performance.now() - began) / 1000).toFixed(1)} s; load average ${loadAverage.toFixed(1)}; CPU ours ${percent(ownShare)}, others' ${percent(foreignShare)})`,
    );
    await line({ kind: "noise", case: one.name, loadAverage, ownShare, foreignShare });
    if (profileDir !== undefined) console.log(await databaseProfile(watcher));
  }
}

function note(figure: Figure): void {
  figures.push(figure);
  const { name, value, unit, control, ratio, details, faults } = figure;
  const against = control ? `, ${numberOf(control.value)} ${control.unit} ${control.name}` : "";
  const share = ratio === undefined ? "" : `: ${ratio.toFixed(2)}`;
  console.log(`  ${name}: ${numberOf(value)} ${unit}${against}${share}  ${verdictOf(figure)}`);
  const latency = details?.latency as { p50: number; p99: number } | undefined;
  if (latency) console.log(`    p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`);
  const cost = details?.cpuMicros as CpuCost | undefined;
  if (cost) console.log(`    CPU of each: Parley ${cost.parley} µs, Postgres ${cost.postgres} µs`);
  for (const fault of faults) console.log(`    FAULT: ${fault}`);
  void line({ kind: "figure", ...figure, verdict: verdictOf(figure) });
}

async function line(document: object): Promise<void> {
  if (options.json !== undefined)
    await appendFile(options.json, `${JSON.stringify({ at: new Date().toISOString(), ...document })}\n`);
}
