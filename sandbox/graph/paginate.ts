import { GraphError } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 1000;

/** One page of a Graph API list: `limit` items from the cursor `after` on. A cursor that is not ours is 131059. */
export function paginate(items: readonly unknown[], { limit, after }: Record<string, unknown>): JsonObject {
  const size = Math.min(MAX_LIMIT, Math.max(1, Number(limit) || DEFAULT_LIMIT));
  const start = after === undefined ? 0 : fromCursor(after);
  const end = Math.min(items.length, start + size);
  return {
    data: items.slice(start, end),
    ...(end > start && {
      paging: {
        cursors: { before: toCursor(start), after: toCursor(end) },
        ...(end < items.length && { next: `?limit=${size}&after=${toCursor(end)}` }),
      },
    }),
  };
}

function toCursor(position: number): string {
  return Buffer.from(`at:${position}`).toString("base64url");
}

function fromCursor(cursor: unknown): number {
  const position = /^at:(\d{1,9})$/.exec(Buffer.from(String(cursor), "base64url").toString("latin1"))?.[1];
  if (position === undefined) throw new GraphError(131059);
  return Number(position);
}
