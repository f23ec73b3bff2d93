import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Block,
  formatText,
  isJumbo,
  type Piece,
  toggleMark,
} from "../../../console/thread/bubble/formatting.ts";

const TAGS = { bold: "b", italic: "i", strike: "s" } as const;

/** As HTML, for the eye. */
function draw(text: string): string {
  return formatText(text).map(drawBlock).join("");
}

function drawBlock(block: Block): string {
  switch (block.kind) {
    case "lines":
      return drawPieces(block.pieces);
    case "quote":
      return `<q>${drawPieces(block.pieces)}</q>`;
    case "code":
      return `<pre>${block.text}</pre>`;
    case "list":
      return `<${block.isOrdered ? `ol ${block.start}` : "ul"}>${block.items.map(drawPieces).join("|")}</>`;
  }
}

function drawPieces(pieces: readonly Piece[]): string {
  return pieces.map(drawPiece).join("");
}

function drawPiece(piece: Piece): string {
  if (piece.kind === "text") return piece.text;
  if (piece.kind === "code") return `<code>${piece.text}</code>`;
  if (piece.kind === "link") return `<a ${piece.href}>${piece.text}</a>`;
  return `<${TAGS[piece.kind]}>${drawPieces(piece.pieces)}</${TAGS[piece.kind]}>`;
}

test("a text is formatted as WhatsApp does it", () => {
  const cases: [text: string, drawn: string][] = [
    ["plain", "plain"],
    ["*bold* _italic_ ~struck~ `code`", "<b>bold</b> <i>italic</i> <s>struck</s> <code>code</code>"],
    ["*bold _and italic_*", "<b>bold <i>and italic</i></b>"],
    ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
    ["a * not bold* and *not bold *", "a * not bold* and *not bold *"],
    ["*not\nbold*", "*not\nbold*"],
    ["(*bold*), *a* *b*!", "(<b>bold</b>), <b>a</b> <b>b</b>!"],
    ["*bold", "*bold"],
    ["before\n```\nlet *a*\n```\nafter", "before\n<pre>let *a*</pre>after"],
    ["> quoted *text*\nnot quoted", "<q>quoted <b>text</b></q>not quoted"],
    ["- one\n- two\n* three", "<ul>one|two|three</>"],
    ["3. three\n4. four", "<ol 3>three|four</>"],
    [
      "see https://example.com/a_b_c?x=1, please.",
      "see <a https://example.com/a_b_c?x=1>https://example.com/a_b_c?x=1</a>, please.",
    ],
    [
      "www.example.com or ada@example.com",
      "<a https://www.example.com>www.example.com</a> or <a mailto:ada@example.com>ada@example.com</a>",
    ],
    ["javascript:alert(1) <b>", "javascript:alert(1) <b>"],
    ["ÇOK *önemli* şey", "ÇOK <b>önemli</b> şey"],
  ];
  for (const [text, drawn] of cases) assert.equal(draw(text), drawn, text);
});

test("a hostile text is formatted in a moment", () => {
  const start = performance.now();
  for (const part of ["*a ", "_*~", "a.", "`", "> *", "@a", "https://"]) formatText(part.repeat(5_000));
  assert.ok(performance.now() - start < 3_000);
});

test("up to three emoji are drawn large", () => {
  assert.deepEqual(["👍", "👨‍👩‍👧 🎉", "🇹🇷❤️🔥", "👍👍👍👍", "👍 ok", "1", ""].map(isJumbo), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("marks are put around what is selected, and taken away", () => {
  assert.deepEqual(toggleMark("make it bold", 8, 12, "*"), { text: "make it *bold*", start: 9, end: 13 });
  assert.deepEqual(toggleMark("make it *bold*", 9, 13, "*"), { text: "make it bold", start: 8, end: 12 });
  assert.deepEqual(toggleMark("a word here", 1, 7, "_"), { text: "a _word_ here", start: 3, end: 7 });
  assert.deepEqual(toggleMark("", 0, 0, "~"), { text: "~~", start: 1, end: 1 });
});
