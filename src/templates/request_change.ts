import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

type Requested = {
  id: string;
  state: "queued" | "done" | "failed";
  error_code: string | null;
  error: string | null;
};

type Wanted = { templateId: string; kind: "create" | "edit" | "unpause" | "delete"; components?: unknown };

const LOOK_EVERY_MS = 250;

/** Requests a change of a template, as the operator, and waits a while for its outcome. */
export async function requestChange(
  pool: pg.Pool,
  { templateId, kind, components }: Wanted,
  waitMs = 10_000,
): Promise<Requested> {
  const { rows } = await pool.query<Requested>(
    `insert into app_public.template_changes (template_id, kind, components) values ($1, $2, $3)
     returning id, state, error_code, error`,
    [templateId, kind, components === undefined ? null : JSON.stringify(components)],
  );
  let change = rows[0]!;
  for (const end = performance.now() + waitMs; change.state === "queued" && performance.now() < end; ) {
    await sleep(LOOK_EVERY_MS);
    const { rows: found } = await pool.query<Requested>(
      "select id, state, error_code, error from app_public.template_changes where id = $1",
      [change.id],
    );
    change = found[0] ?? change;
  }
  return change;
}
