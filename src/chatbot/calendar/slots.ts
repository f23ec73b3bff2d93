import type { Instant } from "../engine/context.ts";
import { instantAt } from "../engine/instant.ts";

/** A period that is not available. */
export type Busy = { start: Instant; end: Instant };

type Slot = { id: string; time: string; available: boolean };

/** The working hours that are divided into slots; times are `HH:mm` in `timeZone`. */
type WorkingDay = {
  date: string;
  start: string;
  end: string;
  /** Minutes. */
  slotDuration: number;
  timeZone: string;
};

/**
 * Divides a working day into slots. A slot must end by closing time; it is not available when it overlaps a busy period or
 * has already begun.
 */
export function slotsOf(day: WorkingDay, busy: readonly Busy[], now: Instant): Slot[] {
  const opening = minutes(day.start);
  const closing = minutes(day.end);
  const taken = busy.map(({ start, end }) => ({ from: Date.parse(start), to: Date.parse(end) }));
  const slots: Slot[] = [];
  for (let at = opening; at + day.slotDuration <= closing; at += day.slotDuration) {
    const time = clock(at);
    const start = instantAt(day.date, time, day.timeZone);
    const from = Date.parse(start);
    const to = from + day.slotDuration * 60_000;
    const isTaken = taken.some((other) => other.from < to && other.to > from);
    slots.push({ id: time, time, available: !isTaken && start >= now });
  }
  return slots;
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}

function clock(total: number): string {
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}
