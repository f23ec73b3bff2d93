import { createLog, type Log } from "../base/log.ts";
import { printable } from "./printable.ts";

const COLOURS: Readonly<Record<string, number>> = { warn: 33, error: 31, fatal: 31 };

/** The log of a command. It goes to stderr, since stdout is the result: lines on a terminal, otherwise JSON. */
export function createCommandLog(level: string): Log {
  const isTerminal = process.stderr.isTTY;
  return createLog(level, {
    write: (line) => void process.stderr.write(isTerminal ? readable(line) : line),
  });
}

/** `12:34:56 warn  message key=value`; an error's stack below. */
export function readable(line: string): string {
  const { level, time, msg, err, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const pairs = Object.entries(facts).map(
    ([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const colour = COLOURS[String(level)];
  const shown =
    colour === undefined ? String(level).padEnd(5) : `\x1b[${colour}m${String(level).padEnd(5)}\x1b[0m`;
  return `${String(time).slice(11, 19)} ${shown} ${printable(`${msg ?? ""}${pairs.join("")}${reason(err)}`)}\n`;
}

function reason(error: unknown): string {
  if (error === undefined) return "";
  if (typeof error !== "object" || error === null) return `: ${String(error)}`;
  const { stack, message } = error as { stack?: string; message?: string };
  return stack ? `\n${stack}` : `: ${message}`;
}
