/**
 * Converts SQL that Postgres printed to lower case. Quoted text is kept; an identifier that is
 * not quoted is in lower case already. The text must not contain comments or dollar quotes.
 */
export function lowercase(sql: string): string {
  return sql.replace(
    /("(?:[^"]|"")*"|'(?:[^']|'')*')|[^"']+/g,
    (plain: string, quoted?: string) => quoted ?? plain.toLowerCase(),
  );
}
