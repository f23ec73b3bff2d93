const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * The place of a secret, for which its envelope is sealed. A secret that was sealed for another spelling of an id could
 * not be opened with the id that the database returns, so such a spelling is refused as a defect.
 *
 * @param ids of the row, as the database writes them.
 */
export function placeOf(table: string, ids: readonly string[], column: string): string {
  const wrong = ids.find((id) => !ID.test(id));
  if (wrong !== undefined) throw new TypeError(`not an id as the database writes it: ${wrong}`);
  return [table, ...ids, column].join("/");
}
