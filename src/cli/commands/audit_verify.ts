import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { seal?: string };

/** `parley audit verify`. */
export function auditVerify(): Command {
  return define(
    "verify",
    "Check that no audit entry was changed or deleted since it was sealed",
    "parley audit verify --seal 128:5f1c…",
  )
    .option("--seal <number:hash>", "a seal that was kept elsewhere, from the log or from an earlier check")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows: problems } = await pool.query("select seal, problem from app_private.verify_audit()");
        const { rows: seals } = await pool.query<{ seal: string }>(
          `select s.number || ':' || encode(s.hash, 'hex') as seal from app_private.audit_seals s
           order by s.number desc`,
        );
        if (options.seal !== undefined && !seals.some(({ seal }) => seal === options.seal))
          problems.push({ seal: null, problem: `${options.seal} is not a seal of this database` });
        const last = seals[0]?.seal ?? null;
        print(
          options,
          { last, problems },
          problems.length > 0 ? tableOf(problems, "") : `Nothing was changed. The last seal is ${last}`,
        );
        if (problems.length > 0) throw new ParleyError("PYFIX", "The audit entries were changed");
      }),
    );
}
