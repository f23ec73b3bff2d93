/**
 * Regular expressions from a bot's author, run on texts from strangers: only those that cannot take long.
 *
 * The safe subset: at most 200 characters; no back-references, no look-around; a repeated group (`(…)*`, `(…){2,}`)
 * contains neither repetition nor alternation; at most two repetitions (`*`, `+`, `{m,n}`) and ten `?` in all.
 * Texts are looked at up to their 256th character. The worst case is then some millions of steps.
 */
const LONGEST_PATTERN = 200;
const LONGEST_TEXT = 256;

/** Why a pattern is refused; null when it is fine. */
export function patternError(pattern: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `longer than ${LONGEST_PATTERN} characters`;
  try {
    new RegExp(pattern, FLAGS);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  // Escapes and classes are single characters to what follows.
  if (/\\[1-9k]/.test(pattern)) return "back-references are not supported";
  const shape = pattern.replace(/\\(?:[pPu]\{[^}]*\}|.)/g, "a").replace(/\[[^\]]*\]/g, "a");
  if (/\(\?(?!:)/.test(shape)) return "look-around and named groups are not supported";
  const plain = shape.replaceAll("(?:", "(");
  if (hasNestedRepetition(plain)) return "a repeated group must not contain repetition or alternation";
  if ((plain.match(/[*+]|\{\d+(?:,\d*)?\}/g)?.length ?? 0) > 2) return "more than two repetitions";
  return (plain.match(/\?/g)?.length ?? 0) > 10 ? "more than ten optional parts" : null;
}

/** Does the text match? Case does not count. A refused pattern matches nothing. */
export function testPattern(pattern: string, text: string): boolean {
  return patternError(pattern) === null && new RegExp(pattern, FLAGS).test(text.slice(0, LONGEST_TEXT));
}

const FLAGS = "iu";

/** Is a group repeated that contains a repetition, an option or an alternation? */
function hasNestedRepetition(pattern: string): boolean {
  const groups: boolean[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const sign = pattern[index] as string;
    if (sign === "(") groups.push(false);
    else if (sign === ")") {
      const isRisky = groups.pop() === true;
      const isRepeated = /^[*+{]/.test(pattern.slice(index + 1));
      if (isRisky && isRepeated) return true;
      if ((isRisky || isRepeated) && groups.length > 0) groups[groups.length - 1] = true;
    } else if (/[*+?{|]/.test(sign) && groups.length > 0) groups[groups.length - 1] = true;
  }
  return false;
}
