import { memo } from "react";
import { type Block, formatText, isJumbo, type Piece } from "./formatting.ts";

/** A text of a message, with its formatting and links. */
export const FormattedText = memo(function FormattedText({ text }: { text: string }) {
  if (isJumbo(text)) return <p className="text jumbo">{text}</p>;
  // Positions are the only keys that parts of a text have, and texts do not change.
  return (
    <div className="text" dir="auto">
      {formatText(text).map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <BlockView key={at} block={block} />
      ))}
    </div>
  );
});

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "lines":
      return (
        <p>
          <Pieces pieces={block.pieces} />
        </p>
      );
    case "quote":
      return (
        <blockquote>
          <Pieces pieces={block.pieces} />
        </blockquote>
      );
    case "code":
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      );
    case "list": {
      const items = block.items.map((pieces, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={at}>
          <Pieces pieces={pieces} />
        </li>
      ));
      return block.isOrdered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    default:
      return block satisfies never;
  }
}

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <PieceView key={at} piece={piece} />
  ));
}

function PieceView({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "bold":
      return (
        <strong>
          <Pieces pieces={piece.pieces} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Pieces pieces={piece.pieces} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Pieces pieces={piece.pieces} />
        </s>
      );
    case "code":
      return <code>{piece.text}</code>;
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noreferrer noopener">
          {piece.text}
        </a>
      );
    default:
      return piece satisfies never;
  }
}
