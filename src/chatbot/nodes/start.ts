import { LEAVE, type Step } from "../engine/step.ts";

/** Where a run begins. Its `triggers` and `priority` say when: see `trigger.ts`. */
export function enterStart(): Step {
  return LEAVE;
}
