/** What was typed after a sign that opens a list, and where it stands in the text. */
export type Trigger = { sign: "/" | "@"; query: string; start: number; end: number };

/** The list that the text before the caret asks for: "/" or "@" at the beginning of a word. */
export function triggerAt(text: string, caret: number, signs: string): Trigger | null {
  const before = text.slice(0, caret);
  const found = /(?:^|\s)([/@])([^\s/@]{0,50})$/u.exec(before);
  if (!found || !signs.includes(found[1]!)) return null;
  const query = found[2]!;
  return { sign: found[1] as "/", query, start: caret - query.length - 1, end: caret };
}

/** Puts something in place of what was typed. `caret` is where one types on. */
export function replaceTrigger(
  text: string,
  { start, end }: Trigger,
  replacement: string,
): { text: string; caret: number } {
  return { text: text.slice(0, start) + replacement + text.slice(end), caret: start + replacement.length };
}

/** The members whose names stand in a note as "@name". The longer of two names that begin alike counts. */
export function mentionedIn(text: string, members: readonly { id: string; name: string }[]): string[] {
  const ids: string[] = [];
  let rest = text;
  for (const { id, name } of members.toSorted((one, other) => other.name.length - one.name.length)) {
    if (!rest.includes(`@${name}`)) continue;
    ids.push(id);
    rest = rest.replaceAll(`@${name}`, "");
  }
  return ids;
}
