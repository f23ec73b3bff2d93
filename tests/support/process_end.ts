import { after } from "node:test";

const ends: (() => Promise<void>)[] = [];

/** For what all tests of a process share: runs after its last test. */
export function atProcessEnd(end: () => Promise<void>): void {
  ends.push(end);
}

// A hook outside of all suites. This module is loaded before the tests, by the runner's own process, too, which has none.
if (process.env.NODE_TEST_CONTEXT) {
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
}
