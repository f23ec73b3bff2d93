import { ParleyError } from "../base/errors.ts";

type Pace = { everyMs: number; leastBytes: number };

/** Watches that bytes keep arriving; the signal aborts when fewer than `leastBytes` have arrived in `everyMs`. */
export function paceOf(socket: { bytesRead: number }, { everyMs, leastBytes }: Pace) {
  const control = new AbortController();
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead - before < leastBytes) control.abort(tooSlow());
    before = socket.bytesRead;
  }, everyMs);
  return { signal: control.signal, stop: () => clearInterval(timer) };
}

function tooSlow(): ParleyError {
  return new ParleyError("PYTIM", "The file arrives too slowly");
}
