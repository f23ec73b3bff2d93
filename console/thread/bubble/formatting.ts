/** A text as WhatsApp formats it, as a tree. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "bold" | "italic" | "strike"; pieces: Piece[] }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string };

/** A paragraph of a text: lines that belong together. */
export type Block =
  | { kind: "lines"; pieces: Piece[] }
  | { kind: "quote"; pieces: Piece[] }
  | { kind: "list"; isOrdered: boolean; start: number; items: Piece[][] }
  | { kind: "code"; text: string };

const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;
const LINK = /(?:https?:\/\/|www\.)[^\s<>"]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/i;
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"]+/iy;
/** What belongs to the sentence, not to the address before it. */
const AFTER_LINK = /[.,;:!?)\]}'’”]+$/;

/** Reads *bold*, _italic_, ~struck~, `code`, ```blocks```, > quotes, lists and addresses. */
export function formatText(text: string): Block[] {
  const blocks: Block[] = [];
  // Blocks of code first: nothing in them is a mark.
  text.split(/```([\s\S]+?)```/).forEach((part, at) => {
    if (at % 2 === 1) blocks.push({ kind: "code", text: part.replace(/^\n|\n$/g, "") });
    else if (part.trim() !== "" || part.includes("\n\n")) blocks.push(...blocksOf(part, at > 0));
  });
  return blocks;
}

function blocksOf(text: string, isAfterCode: boolean): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) blocks.push({ kind: "lines", pieces: piecesOf(lines.join("\n")) });
    lines = [];
  };
  for (const line of (isAfterCode ? text.replace(/^\n/, "") : text).split("\n")) {
    const quote = /^> (.*)$/.exec(line);
    const item = /^(?:[*-] |(\d{1,3})\. )(.+)$/.exec(line);
    const last = blocks.at(-1);
    if (quote) {
      flush();
      blocks.push({ kind: "quote", pieces: piecesOf(quote[1]!) });
    } else if (item) {
      const isOrdered = item[1] !== undefined;
      const pieces = piecesOf(item[2]!);
      if (lines.length === 0 && last?.kind === "list" && last.isOrdered === isOrdered)
        last.items.push(pieces);
      else {
        flush();
        blocks.push({ kind: "list", isOrdered, start: Number(item[1] ?? 1), items: [pieces] });
      }
    } else lines.push(line);
  }
  flush();
  return blocks;
}

/** Texts nest no deeper than there are marks; what pretends to is shown as it is. */
const DEPTH = 4;

function piecesOf(text: string, depth = 0): Piece[] {
  const pieces: Piece[] = [];
  let plain = "";
  const hopeless: Record<string, number> = {};
  const flush = () => {
    if (plain !== "") pieces.push(...linksOf(plain));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const marked = depth < DEPTH ? markAt(text, at, depth, hopeless) : null;
    if (marked) {
      flush();
      pieces.push(marked.piece);
      at = marked.end;
    } else {
      // An address is taken whole: an underscore in it is no mark.
      ADDRESS.lastIndex = at;
      const address = isBoundary(text[at - 1]) ? ADDRESS.exec(text) : null;
      const taken = address ? address[0].length : 1;
      plain += text.slice(at, at + taken);
      at += taken;
    }
  }
  flush();
  return pieces;
}

/**
 * The marked text that begins here. A mark stands at the edge of a word, and a marked text within a line.
 * @param hopeless up to where each mark has no end: one that is not found from here is not found from further on
 */
function markAt(
  text: string,
  at: number,
  depth: number,
  hopeless: Record<string, number>,
): { piece: Piece; end: number } | null {
  const mark = text[at]!;
  if (mark === "`") {
    const end = text.indexOf("`", at + 1);
    const inside = text.slice(at + 1, end);
    if (end < 0 || inside.trim() === "" || inside.includes("\n")) return null;
    return { piece: { kind: "code", text: inside }, end: end + 1 };
  }
  if (!(mark in MARKS) || !isBoundary(text[at - 1]) || isSpace(text[at + 1])) return null;
  if (at < (hopeless[mark] ?? 0)) return null;
  const lineBreak = text.indexOf("\n", at);
  const lineEnd = lineBreak < 0 ? text.length : lineBreak;
  for (let end = text.indexOf(mark, at + 2); end > 0 && end < lineEnd; end = text.indexOf(mark, end + 1)) {
    if (isSpace(text[end - 1]) || !isBoundary(text[end + 1])) continue;
    const pieces = piecesOf(text.slice(at + 1, end), depth + 1);
    return { piece: { kind: MARKS[mark as "*"], pieces }, end: end + 1 };
  }
  hopeless[mark] = lineEnd;
  return null;
}

function linksOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  for (let found = LINK.exec(rest); found; found = LINK.exec(rest)) {
    const address = found[0].replace(AFTER_LINK, "");
    const before = rest.slice(0, found.index);
    if (before !== "") pieces.push({ kind: "text", text: before });
    pieces.push({ kind: "link", text: address, href: hrefOf(address) });
    rest = rest.slice(found.index + address.length);
  }
  if (rest !== "") pieces.push({ kind: "text", text: rest });
  return pieces;
}

function hrefOf(address: string): string {
  if (/^https?:\/\//i.test(address)) return address;
  return address.includes("@") && !/^www\./i.test(address) ? `mailto:${address}` : `https://${address}`;
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}

function isBoundary(character: string | undefined): boolean {
  return character === undefined || !/[\p{L}\p{N}]/u.test(character);
}

/** Whether a text is one to three emoji, which are drawn large. */
export function isJumbo(text: string): boolean {
  const compact = text.replace(/\s/g, "");
  if (compact === "" || compact.length > 40) return false;
  const graphemes = [...new Intl.Segmenter().segment(compact)].map(({ segment }) => segment);
  return (
    graphemes.length <= 3 &&
    graphemes.every((each) => /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(each))
  );
}

/** Puts marks around the selected part of a text, or takes them away. */
export function toggleMark(
  text: string,
  start: number,
  end: number,
  mark: string,
): { text: string; start: number; end: number } {
  const selected = text.slice(start, end);
  const size = mark.length;
  if (text.slice(start - size, start) === mark && text.slice(end, end + size) === mark)
    return {
      text: text.slice(0, start - size) + selected + text.slice(end + size),
      start: start - size,
      end: end - size,
    };
  // Marks stand at words, not at the spaces around them.
  const lead = selected.length - selected.trimStart().length;
  const inside = selected.trim();
  const from = start + (inside === "" ? 0 : lead);
  return {
    text: text.slice(0, from) + mark + inside + mark + text.slice(from + inside.length),
    start: from + size,
    end: from + size + inside.length,
  };
}
