import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { identifyFile, identifyPrefix, isAnimated } from "../../../src/media/identify_file.ts";
import { SAMPLES, zip } from "./sample_files.ts";
import { temporaryFolder } from "./temporary_folder.ts";

const NO_HINTS = { declared: "", name: "" };
const OFFICE = "application/vnd.openxmlformats-officedocument";

const RECOGNISED: Partial<Record<keyof typeof SAMPLES, [type: string, mimeType: string]>> = {
  jpeg: ["image", "image/jpeg"],
  png: ["image", "image/png"],
  gif: ["document", "image/gif"],
  webp: ["sticker", "image/webp"],
  animatedWebp: ["sticker", "image/webp"],
  mp3: ["audio", "audio/mpeg"],
  aac: ["audio", "audio/aac"],
  amr: ["audio", "audio/amr"],
  opus: ["audio", "audio/ogg; codecs=opus"],
  stereoOpus: ["document", "audio/ogg"],
  vorbis: ["document", "audio/ogg"],
  mp4: ["video", "video/mp4"],
  m4a: ["audio", "audio/mp4"],
  threeGpp: ["video", "video/3gpp"],
  mov: ["document", "video/quicktime"],
  pdf: ["document", "application/pdf"],
  docx: ["document", `${OFFICE}.wordprocessingml.document`],
  xlsx: ["document", `${OFFICE}.spreadsheetml.sheet`],
  odt: ["document", "application/vnd.oasis.opendocument.text"],
  zip: ["document", "application/zip"],
  text: ["document", "text/plain"],
  turkishCsv: ["document", "text/plain"],
  utf16: ["document", "text/plain"],
};

for (const [name, sample] of Object.entries(SAMPLES) as [keyof typeof SAMPLES, Buffer][])
  test(`${name} is ${RECOGNISED[name]?.join(", ") ?? "refused"}`, async (t) => {
    const path = join(await temporaryFolder(t), "file");
    await writeFile(path, sample);
    const found = await identifyFile(path, NO_HINTS);
    assert.deepEqual(found && [found.type, found.mimeType], RECOGNISED[name] ?? null);
  });

test("the sender chooses between types with the same content", async () => {
  const type = async (sample: Buffer, declared: string, name = "") =>
    (await identifyPrefix(sample, { declared, name }))?.mimeType;
  assert.equal(await type(SAMPLES.mp4, "audio/mp4"), "audio/mp4");
  assert.equal(await type(SAMPLES.oldOffice, "", "Report.XLS"), "application/vnd.ms-excel");
  assert.equal(await type(SAMPLES.oldOffice, "application/msword", "report"), "application/msword");
  assert.equal(await type(SAMPLES.oldOffice, "", "setup.msi"), undefined);
  assert.equal(await type(SAMPLES.html, "image/png", "a.png"), undefined);
});

test("polyglots are what they begin with", async () => {
  const script = Buffer.from("<script>alert(1)</script>");
  const type = async (...parts: Buffer[]) => (await identifyPrefix(Buffer.concat(parts), NO_HINTS))?.mimeType;
  assert.equal(await type(SAMPLES.gif, script), "image/gif");
  assert.equal(await type(SAMPLES.jpeg, SAMPLES.zip), "image/jpeg");
  assert.equal(await type(SAMPLES.html, SAMPLES.pdf), undefined);
  assert.equal(await type(Buffer.from("<!--"), SAMPLES.png), undefined);
});

test("a bomb is recognised without unfolding it", async (t) => {
  const path = join(await temporaryFolder(t), "bomb");
  const unfolded = Buffer.alloc(200_000_000, " ");
  const entry = zip({ "[Content_Types].xml": "" }).subarray(0, 30 + "[Content_Types].xml".length);
  entry.writeUInt16LE(8, 8);
  const folded = deflateRawSync(unfolded, { level: 1 });
  entry.writeUInt32LE(folded.length, 18);
  for (const claimed of [unfolded.length, 100]) {
    entry.writeUInt32LE(claimed, 22);
    await writeFile(path, Buffer.concat([entry, folded]));
    const before = process.memoryUsage.rss();
    assert.equal((await identifyFile(path, NO_HINTS))?.mimeType, "application/zip");
    assert.ok(process.memoryUsage.rss() - before < 50_000_000);
  }
});

test("damaged files have no type, and take no time", async () => {
  for (const sample of Object.values(SAMPLES))
    for (const length of [1, 4, 9, 13, 20, 29, 37]) {
      const begin = performance.now();
      await identifyPrefix(sample.subarray(0, length), NO_HINTS);
      assert.ok(performance.now() - begin < 500);
    }
});

test("a sticker that moves is recognised", () => {
  assert.ok(isAnimated(SAMPLES.animatedWebp));
  assert.ok(!isAnimated(SAMPLES.webp));
  assert.ok(!isAnimated(SAMPLES.png));
});
