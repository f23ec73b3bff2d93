/**
 * The loaded part of a list, in the list's order. What changes is shown in its row at once, but rows are moved, inserted and
 * removed only when the list is settled: while somebody points at it, it holds still.
 */
export type OrderedList<Row> = {
  readonly rows: readonly Row[];
  /** The last row of the last page: what comes after it is loaded later. Null: everything is loaded. */
  readonly border: Row | null;
  /** By id, the rows that may have another place now; null: the row does not belong into the list any more. */
  readonly pending: ReadonlyMap<string, Row | null>;
};

export type Compare<Row> = (one: Row, other: Row) => number;

type Identified = { readonly id: string };

export function emptyList<Row>(): OrderedList<Row> {
  return { rows: [], border: null, pending: new Map() };
}

/** Adds the next page. A row that is there already has moved in the meantime: it keeps its place. */
export function addPage<Row extends Identified>(
  list: OrderedList<Row>,
  page: readonly Row[],
  hasMore: boolean,
): OrderedList<Row> {
  const known = new Set(list.rows.map(({ id }) => id));
  const rows = [...list.rows, ...page.filter(({ id }) => !known.has(id))];
  return { ...list, rows, border: hasMore ? (page.at(-1) ?? list.border) : null };
}

/** Takes rows as they are now; null: the row is gone. The places of the rows stay as they are. */
export function change<Row extends Identified>(
  list: OrderedList<Row>,
  changed: ReadonlyMap<string, Row | null>,
): OrderedList<Row> {
  const known = new Set(list.rows.map(({ id }) => id));
  const pending = new Map(list.pending);
  for (const [id, row] of changed) if (row !== null || known.has(id) || pending.has(id)) pending.set(id, row);
  return { ...list, rows: list.rows.map((row) => changed.get(row.id) ?? row), pending };
}

/** Gives each row that has changed its place. */
export function settle<Row extends Identified>(
  list: OrderedList<Row>,
  compare: Compare<Row>,
): OrderedList<Row> {
  if (list.pending.size === 0) return list;
  const moved = [...list.pending.values()].filter((row) => row !== null && isLoaded(list, row, compare));
  const rows = [...list.rows.filter(({ id }) => !list.pending.has(id)), ...(moved as Row[])];
  return { ...list, rows: rows.sort(compare), pending: new Map() };
}

/** How many rows settling would insert or move up. */
export function countNew<Row extends Identified>(list: OrderedList<Row>, compare: Compare<Row>): number {
  const places = new Map(list.rows.map(({ id }, index) => [id, index]));
  let count = 0;
  for (const [id, row] of list.pending) {
    if (row === null || !isLoaded(list, row, compare)) continue;
    const place = places.get(id);
    if (place === undefined || list.rows.slice(0, place).some((above) => compare(row, above) < 0)) count += 1;
  }
  return count;
}

/** Whether a row's place is in the loaded part. */
export function isLoaded<Row>({ border }: OrderedList<Row>, row: Row, compare: Compare<Row>): boolean {
  return border === null || compare(row, border) <= 0;
}
