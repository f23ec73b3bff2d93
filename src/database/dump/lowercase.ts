/**
 * SQL as Postgres prints it, in the lower case that we write. What is quoted stays as it is; an identifier that is
 * not quoted is in lower case already. Only for text without comments or dollar quotes.
 */
export function lowercase(sql: string): string {
  return sql.replace(
    /("(?:[^"]|"")*"|'(?:[^']|'')*')|[^"']+/g,
    (plain: string, quoted?: string) => quoted ?? plain.toLowerCase(),
  );
}
