import { sameHandle } from "../graph/edges.ts";
import { fold } from "../text/fold.ts";
import type { Option } from "./option.ts";

/**
 * Finds the option that a typed text refers to: by its id, then by its title, complete or shortened, both without regard to
 * case and accents, then by its number among the options shown.
 */
export function matchOption(
  text: string,
  options: readonly Option[],
  shown: readonly Option[],
): Option | undefined {
  const wanted = fold(text);
  return (
    options.find((option) => option.id === text || option.answer === text) ??
    options.find((option) => sameHandle(option.answer, text)) ??
    options.find((option) => fold(option.answer) === wanted) ??
    options.find((option) => fold(option.title) === wanted) ??
    options.find((option) => fold(option.wording) === wanted) ??
    (/^\d{1,3}$/.test(wanted) ? shown[Number(wanted) - 1] : undefined)
  );
}
