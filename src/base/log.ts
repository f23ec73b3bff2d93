import pino from "pino";
import { describeError } from "./log_error.ts";

/** The only logger. Never log tokens, message texts or phone numbers: ids are enough to find the row. */
export type Log = pino.Logger;

/** Writes JSON lines to `destination`; defaults to stdout. */
export function createLog(level: string, destination: pino.DestinationStream = pino.destination(1)): Log {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    // A second safeguard, for objects that a library might log.
    redact: {
      paths: [
        "password",
        "*.password",
        "headers.authorization",
        "*.headers.authorization",
        "access_token",
        "*.access_token",
        "secrets",
        "*.secrets",
      ],
      censor: "[redacted]",
    },
  };
  return pino(options, destination);
}
