/** A number as a bar that compares it with the largest of its column, and the number itself. */
export function ShareBar({ value, largest, text }: { value: number; largest: number; text: string }) {
  return (
    <span className="share">
      <span className="track" aria-hidden="true">
        <span style={{ inlineSize: `${largest > 0 ? (100 * value) / largest : 0}%` }} />
      </span>
      {text}
    </span>
  );
}
