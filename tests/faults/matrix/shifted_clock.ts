/**
 * Preloaded into a process (`--import`): the clock of its machine is wrong by CLOCK_SHIFT_MS. Timers and the monotonic clock
 * are right, as they are on such a machine.
 */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS);

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + shiftMs] : args, newTarget),
  get: (target, key, receiver) =>
    key === "now" ? () => target.now() + shiftMs : Reflect.get(target, key, receiver),
});
