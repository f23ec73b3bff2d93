import { useEffect, useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { COUNT } from "./documents.ts";
import { BUILT_IN_VIEWS, type BuiltInView, filterOf, readChoice } from "./views.ts";

/** The views of which people want to know how much there is to do. */
export const COUNTED_VIEWS: ReadonlySet<BuiltInView> = new Set(
  BUILT_IN_VIEWS.filter((view) => view !== "all"),
);

/** How many open conversations each view has, counted when the caller appears. */
export function useViewCounts(): Partial<Record<BuiltInView, number>> {
  const connection = useConnection();
  const [counts, setCounts] = useState<Partial<Record<BuiltInView, number>>>({});
  useEffect(() => {
    let isOver = false;
    for (const view of COUNTED_VIEWS)
      connection
        .query(COUNT, { matching: filterOf({ ...readChoice(""), view }) })
        .then(({ conversations }) => {
          if (!isOver) setCounts((known) => ({ ...known, [view]: conversations?.totalCount ?? 0 }));
        })
        // A number that is missing says enough.
        .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [connection]);
  return counts;
}
