/** The colour of a tag, before its name. */
export function TagDot({ color }: { color: string | null }) {
  return <span className="tag-dot" aria-hidden="true" style={{ color: color ?? undefined }} />;
}
