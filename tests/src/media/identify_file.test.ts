import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
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

test("an archive whose table claims gigabytes is recognised without unpacking it", async () => {
  const bomb = zip({ "[Content_Types].xml": "x".repeat(100), "bomb.bin": "0" });
  bomb.writeUInt32LE(0xfffffff0, 22);
  const begin = performance.now();
  await identifyPrefix(bomb, NO_HINTS);
  assert.ok(performance.now() - begin < 1_000);
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
