const SEGMENTER = new Intl.Segmenter();

/** Cuts a text to `limit` UTF-16 units without splitting a character as a reader sees it. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (const { index, segment } of SEGMENTER.segment(text.slice(0, limit * 2))) {
    if (index + segment.length > limit) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd();
}

/** Shortens a label to `limit` UTF-16 units with an ellipsis, at the end of a word if there is one in the last half. */
export function shorten(label: string, limit: number): string {
  if (label.length <= limit) return label;
  const head = cut(label, limit - 1);
  const isWordsEnd = /\s/.test(label.charAt(head.length));
  const space = head.search(/\s\S*$/);
  const end = isWordsEnd || space < limit / 2 ? head.length : space;
  return `${head.slice(0, end).replace(/[\s,;:.\u2013-]+$/, "")}…`;
}

/** Splits a text into pieces of at most `limit` UTF-16 units, at a line break or a space if there is one in the last half. */
export function* split(text: string, limit: number): Generator<string> {
  let rest = text.trim();
  while (rest.length > limit) {
    const head = cut(rest, limit);
    const breakAt = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    const end = breakAt > limit / 2 ? breakAt : head.length || limit;
    // A single character that exceeds the limit has to be split, but not within a surrogate pair.
    yield rest.slice(0, end).trimEnd().toWellFormed();
    rest = rest.slice(end).trimStart();
  }
  if (rest !== "") yield rest;
}
