import pino from "pino";

/** The one logger. Never give it tokens, message texts or phone numbers: ids are enough to find the row. */
export type Log = pino.Logger;

export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
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
  });
}
