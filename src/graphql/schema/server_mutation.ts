import type pg from "pg";
import { z } from "zod";
import { type ErrorCode, ParleyError } from "../../base/errors.ts";
import type { Origin } from "../../http/client_source.ts";
import { type Scope, userRequired } from "../auth/scope.ts";
import type { Visitor } from "../auth/visitor.ts";
import { readInput } from "./read_input.ts";

type Fields = Readonly<Record<string, z.ZodType>>;
type Values<F extends Fields> = z.output<z.ZodObject<F>>;

/** Who calls a mutation. */
export type Caller = {
  /** Null without an access token or API key. */
  visitor: Visitor | null;
  origin: Origin;
  /** Runs the work in one transaction with the caller's rights; rows that the caller may not see do not exist there. */
  asCaller<Result>(work: (db: pg.PoolClient) => Promise<Result>): Promise<Result>;
};

type Definition<Input extends Fields, Payload extends Fields> = {
  /** Of the mutation; its types are `<Name>Input` and `<Name>Payload`. */
  name: string;
  /** What it does, for the schema's readers. */
  about: string;
  /** The codes it can answer with, and when: printed after `about`. */
  errors: Readonly<Partial<Record<ErrorCode, string>>>;
  input: Input;
  payload: Payload;
  /** The name of a payload type that several mutations share. */
  payloadName?: string;
  /** Who may call it: those who have the rights of a scope, all users, or anyone, without a token too. */
  requires: Scope | "user" | "anyone";
  run(call: Caller & { input: Values<Input> }): Promise<Values<Payload>>;
};

/** A mutation as the schema takes it; its types are checked where it is defined. */
export type ServerMutation = {
  name: string;
  description: string;
  input: Fields;
  payload: Fields;
  payloadName: string;
  requires: Scope | "user" | "anyone";
  /** @throws ParleyError what it lists; PYDEN and PYKEY for callers who may not call it, PYREQ for a wrong input */
  execute(given: object, caller: Caller): Promise<object>;
};

/**
 * A mutation that needs what a database cannot do: a secret, HTTP, the chatbots' engine. What a database can do alone is
 * a function of SQL in app_public, which PostGraphile exposes.
 *
 * It refuses in one order: is there a caller of the required kind, is the input valid, has the caller the rights of the
 * scope, is what it names there. The last two are decided by the database, within `asCaller`.
 */
export function serverMutation<Input extends Fields, Payload extends Fields>({
  name,
  about,
  errors,
  input,
  payload,
  payloadName = `${upperFirst(name)}Payload`,
  requires,
  run,
}: Definition<Input, Payload>): ServerMutation {
  const schema = z.object(input);
  return {
    name,
    description: `${about}\n\n${describeErrors(errors)}`,
    input,
    payload,
    payloadName,
    requires,
    async execute(given, caller) {
      const { visitor } = caller;
      if (visitor === null && requires !== "anyone") throw new ParleyError("PYDEN", "You must be signed in");
      if (visitor?.kind === "program" && requires === "user") throw userRequired();
      return run({ ...restricted(caller, requires), input: readInput(schema, given) });
    },
  };
}

/** The caller, whose transactions begin with the check of the scope. */
function restricted(caller: Caller, requires: ServerMutation["requires"]): Caller {
  if (requires === "user" || requires === "anyone") return caller;
  return {
    ...caller,
    asCaller: (work) =>
      caller.asCaller(async (db) => {
        await db.query("select app_hidden.require_scope($1)", [requires]);
        return work(db);
      }),
  };
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function describeErrors(errors: Readonly<Partial<Record<ErrorCode, string>>>): string {
  return Object.entries(errors)
    .map(([code, when]) => `${code}: ${when}.`)
    .join(" ");
}
