import { Fragment, type ReactNode } from "react";

const MARKS = { "*": "strong", _: "em", "~": "s" } as const;
const MARKED = /([*_~])(?=\S)([^\n]*?\S)\1/;

/** A text as WhatsApp shows it: *bold*, _italic_, ~struck~. Lines break where the text does. */
export function FormattedText({ text }: { text: string }) {
  return <>{parts(text)}</>;
}

function parts(text: string): ReactNode {
  const found = MARKED.exec(text);
  if (!found) return text;
  const [whole, mark, inner] = found;
  const Tag = MARKS[mark as keyof typeof MARKS];
  return (
    <Fragment>
      {text.slice(0, found.index)}
      <Tag>{parts(inner!)}</Tag>
      {parts(text.slice(found.index + whole.length))}
    </Fragment>
  );
}
