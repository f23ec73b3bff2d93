/** Whether a text contains NUL: Postgres cannot store it, so no stored value matches. */
export function holdsNul(...texts: (string | null | undefined)[]): boolean {
  return texts.some((text) => text?.includes("\0"));
}
