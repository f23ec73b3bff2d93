import type { Maybe } from "postgraphile/grafast";
import { ParleyError } from "../../base/errors.ts";

/** The default and the largest number of rows in a page; LIMITS.objects limits what is nested in them. */
export const PAGE_SIZE = { default: 50, max: 1_000 } as const;

type PageArguments = { first?: Maybe<number>; last?: Maybe<number> };

/**
 * The number of rows that a page may have. A larger page than the maximum is refused instead of cut: a client that gets
 * 1,000 rows for 5,000 may believe that there are no more.
 *
 * @param field the connection, for the message
 * @throws ParleyError PYLIM, PYREQ
 */
export function pageSize(field: string, { first, last }: PageArguments): number {
  if (first != null && last != null)
    throw new ParleyError("PYREQ", `\`first\` and \`last\` of \`${field}\` cannot be given together`);
  for (const [name, value] of Object.entries({ first, last })) {
    if (value == null) continue;
    if (value < 0) throw new ParleyError("PYREQ", `\`${name}\` of \`${field}\` must not be negative`);
    if (value > PAGE_SIZE.max)
      throw new ParleyError("PYLIM", `\`${name}\` of \`${field}\` must be at most ${PAGE_SIZE.max}`);
  }
  return first ?? last ?? PAGE_SIZE.default;
}

/** `first` with its default, which applies only to pages that are not counted from the end. */
export function firstOf({ first, last }: PageArguments): Maybe<number> {
  return first ?? (last == null ? PAGE_SIZE.default : null);
}
