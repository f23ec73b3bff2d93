const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * The place of a secret, as its envelope is sealed for it. What is sealed for another spelling of an id is never opened
 * again, since it is opened with the id that the database has: such a spelling is an error of ours.
 *
 * @param ids of the row, as the database writes them.
 */
export function placeOf(table: string, ids: readonly string[], column: string): string {
  const wrong = ids.find((id) => !ID.test(id));
  if (wrong !== undefined) throw new TypeError(`not an id as the database writes it: ${wrong}`);
  return [table, ...ids, column].join("/");
}
