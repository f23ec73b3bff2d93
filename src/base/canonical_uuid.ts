/** A UUID as Postgres writes it; it reads several spellings: in capitals, in braces, with fewer hyphens. */
export function canonicalUuid(text: string): string {
  const digits = text.replace(/[{}-]/g, "").toLowerCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
