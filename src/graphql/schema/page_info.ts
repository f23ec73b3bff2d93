import { type ConnectionStep, lambda, object, type Step, UnbatchedStep } from "postgraphile/grafast";

type Connection = ConnectionStep<unknown>;

/**
 * What a page says of itself. Grafast looks for a row beyond the page only in the direction in which it was counted. In
 * the other direction there is one if the page was asked for by a cursor: the row of that cursor.
 */
export class PageInfo extends UnbatchedStep {
  override isSyncAndSafe = true;

  constructor($connection: Connection) {
    super();
    this.addDependency($connection);
  }

  get(field: string): Step {
    const $connection = this.getDepOptions<Connection>(0).step;
    const $value = $connection.pageInfo().get(field);
    switch (field) {
      case "hasNextPage":
        return isBeyond($value, $connection.getFirst(), $connection.getBefore());
      case "hasPreviousPage":
        return isBeyond($value, $connection.getLast(), $connection.getAfter());
      default:
        return $value;
    }
  }

  override unbatchedExecute(_extra: unknown, connection: unknown): unknown {
    return connection;
  }
}

/**
 * @param $found whether a further row was found, if the page was counted in this direction
 * @param $count the argument that counts in this direction
 * @param $cursor the argument that ends the page on this side
 */
function isBeyond($found: Step, $count: Step | null, $cursor: Step | null): Step {
  if (!$cursor) return $found;
  const $known = object({ found: $found, cursor: $cursor, ...($count && { count: $count }) });
  return lambda($known, ({ found, count, cursor }) => (count == null ? cursor != null : found), true);
}
