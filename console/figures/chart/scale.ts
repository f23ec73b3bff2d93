/** What charts compute: pure, in pixels. */

/** Round numbers from 0 on, at least as far as the largest value: 0, 20, 40. */
export function ticks(largest: number, count = 4): number[] {
  if (!(largest > 0)) return [0, 1];
  const rough = largest / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough * (1 - 1e-9))!;
  const last = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: last + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Ticks for numbers that are whole. */
export function wholeTicks(largest: number, count = 4): number[] {
  if (largest <= count) return Array.from({ length: Math.max(1, Math.ceil(largest)) + 1 }, (_, i) => i);
  return ticks(largest, count).map(Math.round);
}

/** Where the n-th of so many bands begins, and how wide its bar is. */
export function band(n: number, count: number, width: number): { x: number; width: number } {
  const step = width / Math.max(1, count);
  const gap = Math.min(step * 0.25, 8);
  return { x: n * step + gap / 2, width: Math.max(1, Math.min(step - gap, 48)) };
}

/** Which of so many labels are shown, so that each has this much room: every n-th. */
export function labelStep(count: number, width: number, room: number): number {
  return Math.max(1, Math.ceil((count * room) / Math.max(1, width)));
}

/** The points of a line; it is broken where there is no value. */
export function linePath(
  values: readonly (number | null)[],
  x: (n: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let isDown = false;
  values.forEach((value, n) => {
    if (value === null) {
      isDown = false;
      return;
    }
    path += `${isDown ? "L" : "M"}${x(n).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = true;
  });
  return path;
}
