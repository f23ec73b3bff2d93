import { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import type { BodyFault } from "../faults.ts";
import type { FileBody } from "./answer.ts";

/** A download's body with a fault in it. */
export function spoil(fault: BodyFault, body: FileBody, clock: Clock): FileBody {
  switch (fault.kind) {
    case "alteredBody":
      return { ...body, open: () => stream(alter(body)) };
    case "resizedBody":
      return { length: fault.bytes, open: () => stream(resize(body, fault.bytes)) };
    case "brokenBody":
      return { ...body, open: () => stream(breakOff(body)) };
    case "endlessBody":
      return { length: undefined, open: () => stream(resize(body, Number.POSITIVE_INFINITY)) };
    case "slowBody":
      return { ...body, open: () => stream(slowDown(body, fault.bytesPerSecond, clock)) };
    default:
      return fault satisfies never;
  }
}

function stream(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false });
}

/** The first bit of each chunk is another one. */
async function* alter(body: FileBody) {
  for await (const chunk of body.open()) {
    const altered = Buffer.from(chunk);
    altered[0]! ^= 0x80;
    yield altered;
  }
}

/** So many bytes: the first ones, or all of them and then zeros. */
async function* resize(body: FileBody, bytes: number) {
  let missing = bytes;
  for await (const chunk of body.open()) {
    yield chunk.subarray(0, missing);
    missing -= Math.min(missing, chunk.length);
    if (missing === 0) return;
  }
  for (; missing > 0; missing -= ZEROS.length) yield ZEROS.subarray(0, missing);
}
const ZEROS = Buffer.alloc(64 * 1024);

async function* breakOff(body: FileBody) {
  yield* resize(body, Math.floor((body.length ?? 0) / 2));
  throw new Error("The body breaks off here");
}

async function* slowDown(body: FileBody, bytesPerSecond: number, clock: Clock) {
  for await (const chunk of body.open()) {
    for (let start = 0; start < chunk.length; start += bytesPerSecond) {
      yield chunk.subarray(start, start + bytesPerSecond);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
    }
  }
}
