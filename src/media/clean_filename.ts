const MOST_CHARACTERS = 230;

/**
 * A name that is safe to show, to put in a header and to save under: without directories, control characters and marks
 * that reverse the direction of text (`gpj.exe` shown as `exe.jpg`), and not too long. Empty if nothing is left.
 */
export function cleanFilename(name: string): string {
  const clean = name
    .normalize("NFC")
    .replace(/^.*[/\\]/s, "")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[<>:"|?*]/g, "_")
    .replace(/^[\s.]+|[\s.]+$/g, "");
  const characters = [...clean];
  if (characters.length <= MOST_CHARACTERS) return clean;
  const extension = /\.[^.]{1,10}$/.exec(clean)?.[0] ?? "";
  return characters.slice(0, MOST_CHARACTERS - extension.length).join("") + extension;
}
