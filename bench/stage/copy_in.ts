import type pg from "pg";

/** The part of pg's connection that a copy needs; its types leave it out. */
type CopyConnection = {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  stream: { cork(): void; uncork(): void };
};

const CHUNK = 1 << 16;

/** `copy … from stdin` with these bytes; resolves when it is committed. */
export function copyIn(client: pg.Client, text: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    const copy = {
      submit(connection: CopyConnection) {
        connection.query(text);
      },
      handleCopyInResponse(connection: CopyConnection) {
        for (let at = 0; at < bytes.length; at += CHUNK)
          connection.sendCopyFromChunk(bytes.subarray(at, Math.min(at + CHUNK, bytes.length)));
        connection.endCopyFrom();
      },
      handleRowDescription() {},
      handleDataRow() {},
      handleCommandComplete() {},
      handleEmptyQuery() {},
      handlePortalSuspended() {},
      handleError(error: Error) {
        failure = error;
        reject(error);
      },
      handleReadyForQuery() {
        if (failure === null) resolve();
      },
    };
    client.query(copy as unknown as pg.Submittable);
  });
}
