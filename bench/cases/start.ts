import { lowerValue } from "../report/figure.ts";
import type { Case } from "./measured.ts";

export const start: Case = {
  name: "start",
  about: "`parley start` on an existing database until /health/ready says so; the middle of five",
  async run({ program, add }) {
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      await program.stop();
      times.push(await program.start());
    }
    times.sort((a, b) => a - b);
    const seconds = times[2]! / 1000;
    add({
      case: "start",
      name: "until ready",
      value: seconds,
      unit: "s",
      target: lowerValue(3, 1),
      details: { times },
      faults: [],
    });
  },
};
