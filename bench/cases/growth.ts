import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { fillConversations, fillMessages } from "../stage/fill.ts";
import type { Workspace } from "../stage/workspace.ts";
import { addChatbot, ONE_MESSAGE } from "../stage/workspace.ts";
import { bulkInsert } from "./bulk.ts";
import { inboundBatch, inboundSingle, introduce } from "./inbound.ts";
import { askInbox, inboxWorkspace } from "./inbox.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";
import { roundTripsAtOnce } from "./round_trip.ts";
import { statusesBatch, statusesSingle } from "./statuses.ts";

type Measure = { name: string; measure: () => Promise<Measured> };

export const growth: Case = {
  name: "growth",
  about:
    "the other figures with few and with many messages in the tables; each against its control of the moment",
  async run(bench) {
    const [small, large] = bench.options.scale;
    const workspace = await inboxWorkspace(bench, "growth", small);
    const bot = await bench.workspace("growth-bot");
    await introduce(bench, bot, 1280);
    await addChatbot(bench.program, bot, ONE_MESSAGE);
    const measures = measuresOf(bench, workspace, bot);
    const before = await takeAll(measures);
    await grow(bench, workspace, large - small);
    const after = await takeAll(measures);
    for (const [at, { name }] of measures.entries()) {
      const [then, now] = [before[at]!, after[at]!];
      // What the machine does beside us changes from minute to minute: compare shares of the control.
      const shareThen = then.value / then.control!.value;
      const shareNow = now.value / now.control!.value;
      const faults = [...then.faults, ...now.faults];
      const control = {
        name: `of ${then.control!.name} at ${small.toLocaleString("en-US")}`,
        value: shareThen,
        unit: "",
      };
      const measured = {
        value: shareNow,
        unit: `of ${now.control!.name}`,
        control,
        faults,
        details: { then, now },
      };
      bench.add(
        figureOf("growth", `${name} at ${large.toLocaleString("en-US")}`, measured, higher(0.85, 0.95)),
      );
    }
  },
};

function measuresOf(bench: Bench, workspace: Workspace, bot: Workspace): Measure[] {
  return [
    { name: "inbound, 1 each", measure: () => inboundSingle(bench, workspace) },
    { name: "inbound, 100 each", measure: () => inboundBatch(bench, workspace) },
    { name: "statuses, 1 each", measure: () => statusesSingle(bench, workspace) },
    { name: "statuses, 100 each", measure: () => statusesBatch(bench, workspace) },
    { name: "round trips", measure: () => roundTripsAtOnce(bench, bot) },
    { name: "bulk", measure: () => bulkInsert(bench, workspace, 5000) },
    { name: "inbox", measure: () => askInbox(bench, workspace) },
  ];
}

async function takeAll(measures: readonly Measure[]): Promise<Measured[]> {
  const taken: Measured[] = [];
  for (const { measure } of measures) taken.push(await measure());
  return taken;
}

/** More customers, and more messages of all of them. */
async function grow({ postgres }: Bench, workspace: Workspace, messages: number): Promise<void> {
  const { watcher } = postgres;
  await fillConversations(watcher, workspace, 100_000, Math.ceil(messages / 50));
  await fillMessages(watcher, workspace, messages);
  await watcher.query("vacuum analyze");
}
