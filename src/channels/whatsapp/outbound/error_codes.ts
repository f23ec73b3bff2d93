/** The effect of a Graph API error code on the message that was being sent. */
export type ErrorClass =
  /** `mayLackMedia`: of a message with a file, the error may mean that Meta does not know the file. */
  | { class: "rejected"; mayLackMedia?: true }
  | { class: "channel_stopped" }
  | { class: "uncertain" }
  | { class: "throttled"; scope: "channel" | "contact"; retryAfterMs: number | null };

const MINUTE = 60_000;

const rejected: ErrorClass = { class: "rejected" };
const rejectedPerhapsForMedia: ErrorClass = { class: "rejected", mayLackMedia: true };
const stopped: ErrorClass = { class: "channel_stopped" };
const uncertain: ErrorClass = { class: "uncertain" };
const throttled = (scope: "channel" | "contact", retryAfterMs: number | null = null): ErrorClass => ({
  class: "throttled",
  scope,
  retryAfterMs,
});

/** Maps codes and ranges of codes to their effect, in the order of docs/reference/cloud-api.md, "Errors". */
const TABLE: readonly [codes: (number | [from: number, to: number])[], ErrorClass][] = [
  [[0, 190], stopped],
  [[3, 10, [200, 299], 131005], stopped],
  [[4, 80007], throttled("channel")],
  [[130429], throttled("channel")],
  [[131056], throttled("contact")],
  [[131048], rejected],
  [[131049], rejected],
  [[131050], rejected],
  [[131064], rejected],
  [[131047, 470], rejected],
  [[131026, 130472, 130497], rejected],
  [[368, 131031], stopped],
  [[131042, 131044, 134011], stopped],
  [[131000, 131016, 1, 2, 133004, 2494100], uncertain],
  [[131057], throttled("channel", MINUTE)],
  [[131009, 100], rejectedPerhapsForMedia],
  [[131008, 33, 131021, 135000, 131051], rejected],
  [[131052, 131053], rejectedPerhapsForMedia],
  [[131030], rejected],
  [[131037, 131045, 133000, 133005, 133006, [133008, 133010], 133015, 133016], stopped],
  [[131055, 131063, 134100], rejected],
  // Only the conversation of the message waits; other customers receive the template when it is ready.
  [[134101], throttled("contact", 10 * MINUTE)],
  [[131059], rejected],
  [[131062], rejected],
  [[130403], rejected],
  [[132000, 132005, 132008, 132012, 132018], rejected],
  [[132001], rejected],
  [[132007], rejected],
  [[132015], rejected],
  [[132016], rejected],
  [[132068, 132069], rejected],
  [[137000], rejected],
  [[[138000, 138023]], rejected],
  [[[139000, 139006]], rejected],
  [[139100, 139101, 139103], rejected],
  [[139102], throttled("channel", 1000)],
  // HTTP 206: the request was partly processed.
  [[131201], uncertain],
  [[131208], throttled("channel")],
  [[131020, 131041, [131202, 131207], [131209, 131215]], rejected],
  [[2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299], rejected],
  [[[2593107, 2593109]], rejected],
];

const BY_CODE: ReadonlyMap<number, ErrorClass> = new Map(
  TABLE.flatMap(([codes, errorClass]) =>
    codes.flatMap(expand).map((code): [number, ErrorClass] => [code, errorClass]),
  ),
);

function expand(codes: number | [number, number]): number[] {
  if (typeof codes === "number") return [codes];
  const [from, to] = codes;
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Returns the effect of an error code from a response or from a failed status; null for an unknown code. */
export function classOfCode(code: number): ErrorClass | null {
  return BY_CODE.get(code) ?? null;
}
