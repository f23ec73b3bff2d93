/** The fields of a Postgres error that may be logged: names only. Detail, hint and context quote texts and numbers. */
const SAFE_KEYS = ["code", "schema", "table", "column", "constraint", "routine", "errno", "syscall"] as const;
const DEEPEST = 5;

/** The parts of an error that may be logged. */
export function describeError(error: unknown, depth = 0): unknown {
  // Messages of ParleyErrors contain no customer data.
  if (typeof error === "string") return error;
  if (!(error instanceof Error)) return typeof error;
  const described: { [key: string]: unknown } = {
    type: error.name,
    message: withoutValues(error),
    stack: stackOf(error),
  };
  for (const key of SAFE_KEYS) {
    const value: unknown = Object.hasOwn(error, key) ? Reflect.get(error, key) : undefined;
    if (typeof value === "string" || typeof value === "number") described[key] = value;
  }
  if (error.cause !== undefined && depth < DEEPEST) described.cause = describeError(error.cause, depth + 1);
  // Of several parts that failed to close: the last error, and those before it.
  if (error instanceof SuppressedError && depth < DEEPEST) {
    described.error = describeError(error.error, depth + 1);
    described.suppressed = describeError(error.suppressed, depth + 1);
  }
  return described;
}

/** Messages of class 22 (data exceptions) quote the value, so they are left out. */
function withoutValues(error: Error): string {
  const isOfValue = "code" in error && typeof error.code === "string" && /^22...$/.test(error.code);
  return isOfValue ? error.message.replace(/".*"/s, '"…"') : error.message;
}

/** The stack without its first lines, which repeat the message. */
function stackOf({ stack = "" }: Error): string {
  const at = stack.search(/^ {4}at /m);
  return at < 0 ? "" : stack.slice(at);
}
