import { useMemo } from "react";
import { useQuery } from "urql";
import type { ResultOf } from "../graphql/graphql.ts";
import { useLiveRows } from "../graphql/use_connection.ts";
import { LOOKUPS } from "./documents.ts";

type Data = ResultOf<typeof LOOKUPS>;
type Nodes<Field extends keyof Data> = NonNullable<Data[Field]>["nodes"];

/** What lists are narrowed by, and conversations given to, each by its name. */
export type Lookups = {
  tags: Nodes<"tags">;
  teams: Nodes<"teams">;
  channels: Nodes<"channels">;
  members: Nodes<"memberships">;
};

export function useLookups(): Lookups {
  const [{ data }, ask] = useQuery({ query: LOOKUPS });
  // A tag that is there already is renamed in the cache.
  useLiveRows("tag", ({ id }) => {
    if (!data?.tags?.nodes.some((tag) => tag.id === id)) ask({ requestPolicy: "network-only" });
  });
  useLiveRows("channel", ({ id }) => {
    if (!data?.channels?.nodes.some((channel) => channel.id === id)) ask({ requestPolicy: "network-only" });
  });
  return useMemo(() => {
    const byName = <Named extends { name: string }>(rows: readonly Named[] = []) =>
      [...rows].sort((one, other) => one.name.localeCompare(other.name));
    return {
      tags: byName(data?.tags?.nodes),
      teams: byName(data?.teams?.nodes),
      channels: byName(data?.channels?.nodes),
      members: [...(data?.memberships?.nodes ?? [])].sort((one, other) =>
        (one.user?.name ?? "").localeCompare(other.user?.name ?? ""),
      ),
    };
  }, [data]);
}
