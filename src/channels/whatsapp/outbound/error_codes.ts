/** What is to be done about an error, beyond what its class says. */
export type Advice =
  /** Repeat when the time has come. */
  | "retry_later"
  /** Wait for a status webhook to say whether it was done. */
  | "reconcile"
  /** This one is over; nothing to be done about it. */
  | "give_up"
  | "fix_content"
  | "fix_media"
  | "fix_template"
  /** The 24-hour window is closed. */
  | "send_template"
  | "sync_templates"
  /** Until a template or flow webhook says otherwise. */
  | "hold_template"
  | "hold_flow"
  /** The customer wants no marketing: remember it. */
  | "stop_marketing_to_contact"
  /** Meta withheld it; not again for 24 hours. */
  | "wait_a_day"
  | "pause_campaigns"
  | "use_phone_number"
  | "verify_identity"
  | "unblock_contact"
  | "allow_test_recipient"
  | "restart_paging"
  | "renew_access"
  | "grant_permission"
  | "restore_account"
  | "settle_payment"
  | "register_number";

export type ErrorClass =
  | { class: "rejected"; advice: Advice }
  | { class: "channel_stopped"; advice: Advice }
  | { class: "uncertain"; advice: "reconcile" }
  | { class: "throttled"; advice: "retry_later"; scope: "channel" | "contact"; retryAfterMs: number | null };

const MINUTE = 60_000;

const rejected = (advice: Advice): ErrorClass => ({ class: "rejected", advice });
const stopped = (advice: Advice): ErrorClass => ({ class: "channel_stopped", advice });
const uncertain: ErrorClass = { class: "uncertain", advice: "reconcile" };
const throttled = (scope: "channel" | "contact", retryAfterMs: number | null = null): ErrorClass => ({
  class: "throttled",
  advice: "retry_later",
  scope,
  retryAfterMs,
});

/** Codes, ranges of codes, and what they mean: docs/reference/cloud-api.md, "Errors", in the same order. */
const TABLE: readonly [codes: (number | [from: number, to: number])[], ErrorClass][] = [
  [[0, 190], stopped("renew_access")],
  [[3, 10, [200, 299], 131005], stopped("grant_permission")],
  [[4, 80007], throttled("channel")],
  [[130429], throttled("channel")],
  [[131056], throttled("contact")],
  [[131048], rejected("pause_campaigns")],
  [[131049], rejected("wait_a_day")],
  [[131050], rejected("stop_marketing_to_contact")],
  [[131064], rejected("fix_template")],
  [[131047, 470], rejected("send_template")],
  [[131026, 130472, 130497], rejected("give_up")],
  [[368, 131031], stopped("restore_account")],
  [[131042, 131044, 134011], stopped("settle_payment")],
  [[131000, 131016, 1, 2, 133004, 2494100], uncertain],
  [[131057], throttled("channel", MINUTE)],
  [[131008, 131009, 100, 33, 131021, 135000, 131051], rejected("fix_content")],
  [[131052, 131053], rejected("fix_media")],
  [[131030], rejected("allow_test_recipient")],
  [[131037, 131045, 133000, 133005, 133006, [133008, 133010], 133015, 133016], stopped("register_number")],
  [[131055, 131063, 134100], rejected("give_up")],
  // The message's own conversation waits; the template reaches everybody else when it is ready.
  [[134101], throttled("contact", 10 * MINUTE)],
  [[131059], rejected("restart_paging")],
  [[131062], rejected("use_phone_number")],
  [[130403], rejected("unblock_contact")],
  [[132000, 132005, 132008, 132012, 132018], rejected("fix_template")],
  [[132001], rejected("sync_templates")],
  [[132007], rejected("fix_content")],
  [[132015], rejected("hold_template")],
  [[132016], rejected("give_up")],
  [[132068, 132069], rejected("hold_flow")],
  [[137000], rejected("verify_identity")],
  [[[138000, 138023]], rejected("give_up")],
  [[[139000, 139006]], rejected("hold_flow")],
  [[139100, 139101, 139103], rejected("give_up")],
  [[139102], throttled("channel", 1000)],
  // Partly done, HTTP 206.
  [[131201], uncertain],
  [[131208], throttled("channel")],
  [[131020, 131041, [131202, 131207], [131209, 131215]], rejected("give_up")],
  [[2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299], rejected("fix_template")],
  [[[2593107, 2593109]], rejected("give_up")],
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

/** What a code of the Cloud API means, from a response or from a failed status; null for one we do not know. */
export function classOfCode(code: number): ErrorClass | null {
  return BY_CODE.get(code) ?? null;
}
