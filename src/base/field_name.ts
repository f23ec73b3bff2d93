/** A column as GraphQL names it: `window_expires_at` is `windowExpiresAt`. */
export function fieldName(column: string): string {
  return column.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
