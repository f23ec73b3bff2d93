import type { Bench } from "../bench.ts";
import { type Figure, lowerValue } from "../report/figure.ts";
import { type Child, startChild } from "../stage/child.ts";
import { eventually } from "../stage/counts.ts";
import { withPeakMemory } from "../stage/peak_memory.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { CustomerFile, MediaRequest } from "../world/media.ts";
import type { RoundTripsResult } from "../world/meta.ts";
import type { Case } from "./measured.ts";
import { botWorkspace } from "./round_trip.ts";

const PICTURES = 200;
/** As WhatsApp compresses them. */
const PICTURE_BYTES = 300_000;
/** Customers who write texts, and those who send pictures, who come after the others. */
const CONTACTS = 4;
const CUSTOMERS_EACH = 20;
const FIRST_PHOTOGRAPHER = 10_000;
const TIMEOUT_MS = 120_000;

export const media: Case = {
  name: "media",
  about:
    "texts go round beside 200 pictures in and 200 out at once; 5 MB and 100 MB in and out, in how much memory",
  async run(bench) {
    const stand = startChild<MediaRequest>("world/media.ts");
    try {
      const port = await stand.ask<number>({ kind: "listen", metaUrl: bench.graphUrl });
      const workspace = await botWorkspace(bench, "media", `http://127.0.0.1:${port}`);
      await textsBesidePictures(bench, stand, workspace);
      await largeFiles(bench, stand, workspace);
    } finally {
      await stand.end();
    }
  },
};

async function textsBesidePictures(bench: Bench, stand: Child<MediaRequest>, workspace: Workspace) {
  // Those that go out later: customers' pictures are sent on to others.
  await receive(bench, stand, workspace, pictures("a"));
  const alone = await texts(bench, workspace);
  let tookMs = 0;
  const { result, beforeMb, peakMb } = await withPeakMemory(bench.program, async () => {
    const beside = texts(bench, workspace);
    // In the measured time.
    await new Promise((resolve) => setTimeout(resolve, bench.options.warmUpSeconds * 1000));
    const began = performance.now();
    const faults = await Promise.all([
      receive(bench, stand, workspace, pictures("b")),
      forward(bench, workspace, "bench-a-%"),
    ]);
    tookMs = performance.now() - began;
    return { ...(await beside), faults: faults.flat() };
  });
  const faults = [...result.faults, ...textFaults(alone), ...textFaults(result)];
  const control: Figure["control"] = { name: "without pictures", value: alone.latency.p50, unit: "ms" };
  bench.add({
    case: "media",
    name: `a text beside ${PICTURES} + ${PICTURES} pictures, p50`,
    value: result.latency.p50,
    unit: "ms",
    control,
    ratio: result.latency.p50 / alone.latency.p50,
    target: { of: "ratio", better: "lower", floor: 3, aim: 1.5 },
    details: { latency: result.latency, alone: alone.latency, picturesMs: tookMs },
    faults,
  });
  bench.add({
    case: "media",
    name: "memory beside them, at most",
    value: peakMb,
    unit: "MB",
    details: { beforeMb },
    target: lowerValue(450, 300),
    faults: [],
  });
}

async function largeFiles(bench: Bench, stand: Child<MediaRequest>, workspace: Workspace) {
  for (const [name, size, type, mimeType] of [
    ["picture of 5 MB", 5 * 1024 * 1024, "image", "image/jpeg"],
    ["document of 100 MB", 100 * 1024 * 1024, "document", "application/pdf"],
  ] as const) {
    const id = `bench-${type}-large`;
    const file = { customer: FIRST_PHOTOGRAPHER, id, type, mimeType, size };
    const began = performance.now();
    const { result, beforeMb, peakMb } = await withPeakMemory(bench.program, async () => [
      ...(await receive(bench, stand, workspace, [file])),
      ...(await forward(bench, workspace, id)),
    ]);
    bench.add({
      case: "media",
      name: `${name} in and out, memory added`,
      value: peakMb - beforeMb,
      unit: "MB",
      details: { seconds: (performance.now() - began) / 1000, peakMb },
      target: lowerValue(60, 30),
      faults: result,
    });
  }
}

function pictures(series: string): CustomerFile[] {
  return Array.from({ length: PICTURES }, (_, at) => ({
    customer: FIRST_PHOTOGRAPHER + at,
    id: `bench-${series}-${at}`,
    type: "image",
    mimeType: "image/jpeg",
    size: PICTURE_BYTES,
  }));
}

function texts({ meta, options, series }: Bench, { number }: Workspace): Promise<RoundTripsResult> {
  return meta.ask<RoundTripsResult>({
    kind: "round_trips",
    number,
    contacts: CONTACTS,
    customersEach: CUSTOMERS_EACH,
    firstCustomer: 0,
    series: series(),
    seconds: options.seconds,
    warmUpSeconds: options.warmUpSeconds,
  });
}

function textFaults({ begun, answered, refused }: RoundTripsResult): string[] {
  return answered === begun && refused === 0 ? [] : [`${answered} of ${begun} texts were answered`];
}

/** Customers send files; resolves when all are stored. */
async function receive(
  { postgres }: Bench,
  stand: Child<MediaRequest>,
  { number, tenantId }: Workspace,
  files: readonly CustomerFile[],
): Promise<string[]> {
  const refused = await stand.ask<number>({ kind: "send_files", number, files });
  const isStored = `
    select count(*) = $2 from app_public.messages m
    join app_public.media d on d.id = m.media_id and d.state = 'stored'
    where m.tenant_id = $1 and m.direction = 'inbound' and m.content ->> 'id' = any ($3)`;
  const ids = files.map(({ id }) => id);
  const stored = await eventually(postgres.watcher, isStored, [tenantId, files.length, ids], TIMEOUT_MS);
  return [
    ...(refused > 0 ? [`${refused} webhooks were refused`] : []),
    ...(stored ? [] : [`not all of ${files.length} files were stored`]),
  ];
}

/** Sends received files back to the customers who sent them; resolves when all have been accepted. */
async function forward({ postgres }: Bench, { tenantId }: Workspace, ids: string): Promise<string[]> {
  const { rows } = await postgres.watcher.query<{ id: string }>(
    `insert into app_public.messages (conversation_id, type, content, media_id)
     select m.conversation_id, m.type, '{"caption": "As you asked"}', m.media_id
     from app_public.messages m
     where m.tenant_id = $1 and m.direction = 'inbound' and m.content ->> 'id' like $2
     returning id`,
    [tenantId, ids],
  );
  const isSent = `
    select count(*) = $2 from app_public.message_statuses s
    where s.message_id = any ($1) and s.status >= 'sent' and s.status <> 'failed'`;
  const messages = rows.map(({ id }) => id);
  const sent = await eventually(postgres.watcher, isSent, [messages, messages.length], TIMEOUT_MS);
  return sent && messages.length > 0 ? [] : [`not all of ${messages.length} files were sent`];
}
