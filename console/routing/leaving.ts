/** Asked before the page is left for a path outside `stays`: it goes on when `proceed` is called. */
export type Guard = { stays: string; ask: (proceed: () => void) => void };

let guard: Guard | null = null;

/** Asks before leaving, until the returned function is called. One page at a time has something to lose. */
export function guardLeaving(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Whether nothing is asked. Otherwise `proceed` runs when the user has agreed. */
export function mayLeave(path: string, proceed: () => void): boolean {
  if (guard === null || path === guard.stays || path.startsWith(`${guard.stays}/`)) return true;
  guard.ask(() => {
    guard = null;
    proceed();
  });
  return false;
}
