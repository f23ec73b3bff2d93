import type { EventEmitter } from "node:events";
import type pg from "pg";

/**
 * The statements that the connections of a pool send, by round trip: those that a connection sends while it still waits
 * for the answers of others stand together. To be called before the pool is used.
 */
export function watchRoundTrips(pool: pg.Pool): string[][] {
  const trips: string[][] = [];
  pool.on("connect", (client) => {
    let unanswered = 0;
    let trip: string[] = [];
    const { connection } = client as pg.PoolClient & { connection: EventEmitter };
    connection.on("readyForQuery", () => {
      unanswered = Math.max(0, unanswered - 1);
    });
    const send = client.query.bind(client) as (...query: unknown[]) => unknown;
    client.query = ((...query: unknown[]) => {
      if (unanswered === 0) {
        trip = [];
        trips.push(trip);
      }
      unanswered += 1;
      trip.push(nameOf(query[0]));
      return send(...query);
    }) as typeof client.query;
  });
  return trips;
}

/** Of a prepared statement, or the text. */
function nameOf(query: unknown): string {
  if (typeof query === "string") return query;
  const { name, text } = query as pg.QueryConfig;
  return name ?? text;
}
