import { EmbeddedError } from "../../embedded/error.ts";
import { ConfigError } from "../base/config.ts";
import { databaseFailure, sqlState } from "../base/database_error.ts";
import { isErrorCode, ParleyError } from "../base/errors.ts";
import { withoutUnprintable } from "./printable.ts";
import { StatementError } from "./statement_error.ts";

/** Describes an error in one line for the terminal: what is wrong, and its code. */
export function describeError(error: unknown): string {
  return oneLine(`error: ${sentence(error)}`);
}

function sentence(error: unknown): string {
  if (error instanceof ParleyError) return `${error.message} (${error.code})`;
  if (error instanceof StatementError) return `${error.message} (${error.sqlState})`;
  if (error instanceof ConfigError) return error.message;
  if (error instanceof EmbeddedError) return `${error.message} (PYUNA)`;
  return databaseSentence(error) ?? `${messageOf(error)} (${sqlState(error) ?? "PYINT"})`;
}

/** The operator owns the database and may see PostgreSQL's own text, too, unless ours already names the field. */
function databaseSentence(error: unknown): string | undefined {
  const failure = databaseFailure(error);
  if (!failure) return undefined;
  const isComplete = isErrorCode(sqlState(error)) || sqlState(error)?.startsWith("23");
  return `${failure.message}${isComplete ? "" : `: ${messageOf(error)}`} (${failure.code})`;
}

function messageOf(error: unknown): string {
  // None of a host's several addresses answered: the AggregateError itself has no message.
  if (error instanceof AggregateError && !error.message) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

function oneLine(text: string): string {
  const clean = withoutUnprintable(text.replace(/\s*[\r\n]+\s*/g, " "), () => "?").replaceAll("\t", "?");
  return clean.length > 1000 ? `${clean.slice(0, 999)}…` : clean;
}
