import pino from "pino";
import { describeError } from "./log_error.ts";

/** The one logger. Never give it tokens, message texts or phone numbers: ids are enough to find the row. */
export type Log = pino.Logger;

/** Writes JSON lines to `destination`: stdout unless told. */
export function createLog(level: string, destination: pino.DestinationStream = pino.destination(1)): Log {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    // A second net, for what a library might hand over.
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
