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
  return content?.caption ?? content?.name ?? content?.filename ?? nameOf(type, content);
}

/** What a message is called that has no words. */
export function nameOf(type, content) {
  if (type === "image") return "Photo";
  return content?.voice ? "Voice message" : type[0].toUpperCase() + type.slice(1);
}

/** A size in bytes, for people. */
export function formatSize(bytes) {
  const [unit, divisor] =
    bytes < 1000 ? ["byte", 1] : bytes < 1_000_000 ? ["kilobyte", 1000] : ["megabyte", 1_000_000];
  const value = bytes / divisor;
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
