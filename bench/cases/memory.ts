import { lowerValue } from "../report/figure.ts";
import { residentMb } from "../stage/processes.ts";
import type { Case } from "./measured.ts";

/** The first case, and the last one. */
export const memoryIdle: Case = {
  name: "memory-idle",
  about: "resident size of the single process some seconds after its start, nothing to do",
  async run({ program, add, options }) {
    await program.stop();
    await program.start();
    await new Promise((resolve) => setTimeout(resolve, options.isQuick ? 2000 : 5000));
    const value = await residentMb(program.pid());
    add({ case: "memory", name: "idle", value, unit: "MB", target: lowerValue(300, 300), faults: [] });
  },
};

export const memoryAfter: Case = {
  name: "memory-after",
  about: "the same after the cases before it",
  async run({ program, add }) {
    const value = await residentMb(program.pid());
    add({
      case: "memory",
      name: "after the run",
      value,
      unit: "MB",
      target: lowerValue(450, 300),
      faults: [],
    });
  },
};
