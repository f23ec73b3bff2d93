import pg from "pg";
import { EmbeddedError } from "../../embedded/error.ts";
import { brokenCheck } from "../base/broken_rule.ts";
import { ConfigError } from "../base/config.ts";
import { isErrorCode, ParleyError } from "../base/errors.ts";
import { withoutUnprintable } from "./printable.ts";

/** An error as the one line that a person at a terminal gets: what is wrong, and its code. */
export function describeError(error: unknown): string {
  return oneLine(`error: ${sentence(error)}`);
}

function sentence(error: unknown): string {
  if (error instanceof ParleyError) return `${error.message} (${error.code})`;
  if (error instanceof ConfigError) return error.message;
  if (error instanceof EmbeddedError) return `${error.message} (PYUNA)`;
  if (error instanceof pg.DatabaseError) return ofDatabase(error);
  if (isUnreachable(error)) return `The database cannot be reached: ${messageOf(error)} (PYUNA)`;
  return `${messageOf(error)} (PYINT)`;
}

function ofDatabase(error: pg.DatabaseError): string {
  const { message, code = "", detail } = error;
  if (isErrorCode(code)) return `${message} (${code})`;
  switch (code.slice(0, 2)) {
    case "08":
    case "28":
    case "3D":
    case "53":
      return `The database cannot be used: ${message} (PYUNA)`;
    case "57":
      return code === "57014"
        ? `It took too long: ${message} (PYTIM)`
        : `The database went away: ${message} (PYUNA)`;
  }
  switch (code) {
    case "23505":
      return `It exists already: ${detail ?? message} (PYCON)`;
    case "23514":
      return `${brokenCheck(error)} (PYCON)`;
    case "22P02":
    case "22007":
    case "22008":
    case "22021":
    case "22P05":
      return `A value has the wrong form: ${message} (PYREQ)`;
    default:
      return `${message} (${code})`;
  }
}

/** Errors of sockets and names, and pg's own of a connection that did not come about or broke. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_|EPIPE|DEPTH_ZERO|SELF_SIGNED|CERT_|ERR_TLS)/.test(code) ||
    /timeout exceeded when trying to connect|Connection terminated|server does not support SSL/.test(
      error.message,
    )
  );
}

function messageOf(error: unknown): string {
  // Of several addresses of one host, none answered: the whole has no message of its own.
  if (error instanceof AggregateError && !error.message) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

function oneLine(text: string): string {
  const clean = withoutUnprintable(text.replace(/\s*[\r\n]+\s*/g, " "), () => "?").replaceAll("\t", "?");
  return clean.length > 1000 ? `${clean.slice(0, 999)}…` : clean;
}
