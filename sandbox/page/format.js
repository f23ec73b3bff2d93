import { element } from "./element.js";

const MARKS = { "*": "strong", _: "em", "~": "s", "```": "code" };
const MARKED = /(```|[*_~])(?=\S)((?:(?!\1).)*\S)\1/s;

/** WhatsApp's own marks (`*bold*`, `_italic_`, `~struck~`, three backticks) as elements; the rest stays text. */
export function format(text) {
  const parts = [];
  let rest = String(text ?? "");
  for (let found = MARKED.exec(rest); found; found = MARKED.exec(rest)) {
    const [whole, mark, inside] = found;
    parts.push(rest.slice(0, found.index), element(MARKS[mark], {}, inside));
    rest = rest.slice(found.index + whole.length);
  }
  return [...parts, rest];
}

/** One line that stands for a message: in a quote, in the composer. */
export function summarise({ type, content, rendered, isRevoked }) {
  if (isRevoked) return "Deleted message";
  if (rendered) return rendered.body;
  if (type === "text") return content.body;
  if (type === "button") return content.text;
  if (type === "interactive") {
    return (
      content.body?.text ?? content.button_reply?.title ?? content.list_reply?.title ?? "Interactive message"
    );
  }
  return content?.caption ?? content?.name ?? content?.filename ?? type[0].toUpperCase() + type.slice(1);
}
