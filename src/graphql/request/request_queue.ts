import { ParleyError } from "../../base/errors.ts";
import type { FairShare } from "../../base/fair_share.ts";
import type { Replica } from "./replica.ts";

/** Queues the statements of one request, so that it uses at most one database connection. */
export type RequestQueue = {
  /** @throws ParleyError PYUNA when the request's tenant or session has its share in use; PYTIM when it is over */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The request has been answered: queued statements are not started. */
  end(): void;
  /** Where its statements run; undefined: on the primary. */
  replica: Replica | undefined;
};

/** The key of the request's queue in its database settings. It is not a setting itself. */
export const REQUEST_QUEUE: unique symbol = Symbol("the request's queue");

/** @param keys whose share of the connections it uses: the tenant's and the session's */
export function createRequestQueue(
  share: FairShare,
  keys: readonly string[],
  replica?: Replica,
): RequestQueue {
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  return {
    replica,
    run<T>(work: () => Promise<T>): Promise<T> {
      const begin = () => {
        if (isOver) throw new ParleyError("PYTIM", "The request took too long");
        return share.run(keys, work);
      };
      const result = last.then(begin, begin);
      last = result;
      return result;
    },
    end() {
      isOver = true;
    },
  };
}
