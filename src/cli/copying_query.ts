import type { Writable } from "node:stream";
import pg from "pg";

/** The part of pg's connection that {@link CopyingQuery} uses. */
type Connection = {
  stream: Writable & { pause(): void; resume(): void };
  sendCopyFail(reason: string): void;
};

/**
 * A query that writes the rows of `copy … to stdout` to `out` as they arrive; pg itself discards them. It has no input:
 * `copy … from stdin` is refused by the server with {@link NO_COPY_IN}.
 */
export class CopyingQuery extends pg.Query {
  readonly #out: Pick<Writable, "write" | "once">;

  constructor(
    config: pg.QueryConfig,
    out: Pick<Writable, "write" | "once">,
    done: (error: Error | null, result: pg.QueryArrayResult) => void,
  ) {
    super(config, done);
    this.#out = out;
  }

  handleCopyData({ chunk }: { chunk: Buffer }, { stream }: Connection): void {
    if (this.#out.write(chunk)) return;
    stream.pause();
    this.#out.once("drain", () => stream.resume());
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail(NO_COPY_IN);
  }
}

export const NO_COPY_IN = '"copy … from stdin" has no input here: give the statement to psql';
