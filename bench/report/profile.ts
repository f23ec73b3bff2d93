import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";

/** What the database did since the last look: triggers and functions by their own time, statements by theirs. */
export async function databaseProfile(client: pg.Client): Promise<string> {
  const functions = await client.query(
    `select schemaname || '.' || funcname as name, calls::int, round(self_time::numeric, 0)::int as self_ms, round(total_time::numeric, 0)::int as total_ms
     from pg_stat_user_functions order by self_time desc limit 15`,
  );
  const statements = await client.query(
    `select round(total_exec_time::numeric, 0)::int as total_ms, calls::int, round((total_exec_time / calls)::numeric, 3)::float8 as mean_ms,
       rows::int, (shared_blks_hit / calls)::int as pages, toplevel, regexp_replace(left(query, 160), '\\s+', ' ', 'g') as query
     from pg_stat_statements where query !~ 'pg_stat_' order by total_exec_time desc limit 30`,
  );
  await client.query("select pg_stat_reset(), pg_stat_statements_reset()");
  return [
    "functions: own ms, total ms, calls",
    ...functions.rows.map(
      ({ name, calls, self_ms, total_ms }) => `${pad(self_ms)} ${pad(total_ms)} ${pad(calls)}  ${name}`,
    ),
    "statements, nested ones too: total ms, calls, mean ms, pages each, rows",
    ...statements.rows.map(
      ({ total_ms, calls, mean_ms, pages, rows, toplevel, query }) =>
        `${pad(total_ms)} ${pad(calls)} ${pad(mean_ms)} ${pad(pages)} ${pad(rows)}  ${toplevel ? "> " : "  "}${query}`,
    ),
  ].join("\n");
}

type CpuProfile = {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
};

/** The functions that Node itself spent most time in, of all profiles of a directory. */
export async function nodeProfile(dir: string): Promise<string> {
  const lines: string[] = [];
  for (const file of (await readdir(dir)).filter((name) => name.endsWith(".cpuprofile")).sort()) {
    const profile = JSON.parse(await readFile(join(dir, file), "utf8")) as CpuProfile;
    const own = new Map<string, number>();
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    for (const [at, id] of profile.samples.entries()) {
      const name = names.get(id)!;
      own.set(name, (own.get(name) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1000);
    }
    const total = [...own.values()].reduce((sum, ms) => sum + ms, 0);
    lines.push(`${file}: ${Math.round(total)} ms`);
    const top = [...own].sort(([, a], [, b]) => b - a).slice(0, 40);
    for (const [name, ms] of top)
      lines.push(`${pad(Math.round(ms))} ${pad(((ms / total) * 100).toFixed(1))}%  ${name}`);
  }
  return lines.join("\n");
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const place = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/main\//, "");
  return `${functionName || "(anonymous)"}${place ? ` ${place}:${lineNumber + 1}` : ""}`;
}

function pad(value: unknown): string {
  return String(value).padStart(9);
}
