import { RE2JS } from "re2js";

/**
 * Regular expressions from a chatbot's author (or, through a variable, from a customer), run on texts from strangers.
 *
 * They are matched by RE2, in time linear in the text: no pattern can be slow. What RE2 cannot match
 * that way (look-around, back-references) is refused. The limits bound the constant: a test takes at most some 50 ms.
 */
const LONGEST_PATTERN = 200;
/** Instructions of the compiled pattern: `\d{900}` has 900, `(\d{30}){30}` too. */
const LARGEST_PROGRAM = 1000;
const LONGEST_TEXT = 1000;

/** Why a pattern is refused; null when it is valid. */
export function patternError(pattern: string): string | null {
  const compiled = compile(pattern);
  return typeof compiled === "string" ? compiled : null;
}

/** Whether the first 1,000 characters of a text match, ignoring case. A refused pattern never matches. */
export function testPattern(pattern: string, text: string): boolean {
  const compiled = compile(pattern);
  return typeof compiled !== "string" && compiled.test(text.slice(0, LONGEST_TEXT));
}

/** The most recently used patterns, compiled, or the reasons for refusing them. Each may hold several megabytes. */
const known = new Map<string, RE2JS | string>();
const KEPT = 32;

function compile(pattern: string): RE2JS | string {
  const found = known.get(pattern);
  const compiled = found ?? compileUncached(pattern);
  known.delete(pattern);
  known.set(pattern, compiled);
  if (known.size > KEPT) known.delete(known.keys().next().value as string);
  return compiled;
}

function compileUncached(pattern: string): RE2JS | string {
  if (pattern.length > LONGEST_PATTERN) return `it must not have more than ${LONGEST_PATTERN} characters`;
  // Refused here, because the translation to RE2 would turn `\k<name>` into literal text.
  if (/^(?:[^\\]|\\[^1-9k])*\\[1-9k]/.test(pattern)) return "back-references are not supported";
  try {
    const compiled = RE2JS.compile(inRe2Syntax(pattern), RE2JS.CASE_INSENSITIVE);
    return compiled.programSize() > LARGEST_PROGRAM ? "its repetitions are too large" : compiled;
  } catch (error) {
    return reasonOf(error instanceof Error ? error.message : String(error));
  }
}

/** Translates JavaScript's syntax where RE2's differs: `\u00fc`, `\u{1F600}`, `(?<name>…)`, `\p{Script=Greek}`. */
function inRe2Syntax(pattern: string): string {
  return RE2JS.translateRegExp(pattern).replace(/(\\[pP]\{)(?:Script|sc|General_Category|gc)=/g, "$1");
}

function reasonOf(message: string): string {
  if (/`\(\?<?[=!]/.test(message)) return "look-ahead and look-behind are not supported";
  return message.replace("error parsing regexp: ", "");
}
