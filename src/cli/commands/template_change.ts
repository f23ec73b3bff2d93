import type { Command } from "commander";
import type pg from "pg";
import { findTemplate, findTenant } from "../../services/find.ts";
import { requestChange } from "../../templates/request_change.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readJsonFile } from "../read_json_file.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; language?: string };

/** `parley template submit`. */
export function templateSubmit(): Command {
  return changing("submit", "Submit a draft to the provider, which reviews it").action(
    (name: string, options: Options) =>
      onTemplate(name, options, (pool, id) => request(pool, id, "create", options)),
  );
}

/** `parley template edit`. */
export function templateEdit(): Command {
  return changing("edit", "Replace the components of a template at the provider", " order_ready.json")
    .argument("<file>", "a template as JSON, or the list of its components")
    .action(async (name: string, file: string, options: Options) => {
      const read = await readJsonFile(file);
      const components = Array.isArray(read) ? read : (read as { components?: unknown }).components;
      await onTemplate(name, options, (pool, id) => request(pool, id, "edit", options, components));
    });
}

/** `parley template unpause`. */
export function templateUnpause(): Command {
  return changing("unpause", "Ask the provider to resume a paused template").action(
    (name: string, options: Options) =>
      onTemplate(name, options, (pool, id) => request(pool, id, "unpause", options)),
  );
}

/** `parley template delete`. */
export function templateDelete(): Command {
  return changing("delete", "Delete a template at the provider, in its language; a draft only here").action(
    (name: string, options: Options) =>
      onTemplate(name, options, async (pool, id) => {
        const { rowCount } = await pool.query(
          "delete from app_public.templates where id = $1 and status = 'draft'",
          [id],
        );
        if (rowCount === 1) print(options, { id, state: "done" }, "The draft is deleted");
        else await request(pool, id, "delete", options);
      }),
  );
}

function changing(verb: string, summary: string, example = ""): Command {
  return define(
    verb,
    summary,
    `parley template ${verb} order_ready${example} --tenant bakery --language en_US`,
  )
    .argument("<template>", "the name or id of the template")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--language <language>", "the language, if the template has several");
}

function onTemplate(
  name: string,
  options: Options,
  work: (pool: pg.Pool, id: string) => Promise<void>,
): Promise<void> {
  return onDatabase(async ({ pool }) => {
    const tenantId = await findTenant(pool, options.tenant);
    await work(pool, await findTemplate(pool, name, options.language, tenantId));
  });
}

async function request(
  pool: pg.Pool,
  id: string,
  kind: "create" | "edit" | "unpause" | "delete",
  options: Options,
  components?: unknown,
): Promise<void> {
  const change = await requestChange(pool, { templateId: id, kind, components });
  const text = {
    queued: "Queued: a worker makes the change",
    done: "Accepted by the provider",
    failed: `Refused: ${change.error}`,
  }[change.state];
  print(options, change, text);
  if (change.state === "failed") process.exitCode = 1;
}
