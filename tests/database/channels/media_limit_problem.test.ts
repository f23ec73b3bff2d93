import assert from "node:assert/strict";
import { stories } from "../../support/story.ts";

const story = stories();

const MB = 1024 * 1024;

const CASES: [type: string, mimeType: string, size: number, problem: RegExp | null][] = [
  ["image", "image/png", 5 * MB, null],
  ["image", "image/png", 5 * MB + 1, /image must be at most 5120 kB/],
  ["image", "image/gif", 1, /must be image\/jpeg or image\/png, not image\/gif/],
  ["image", "IMAGE/JPEG; q=1", 1, null],
  ["audio", "audio/ogg; codecs=opus", 16 * MB, null],
  ["document", "image/gif", 100 * MB, null],
  ["document", "application/x-anything", 100 * MB + 1, /at most 100 MB/],
  ["text", "text/plain", 1, /messages of type text have no file/],
];

story("a file must suit the type of message that it is sent as", async (db) => {
  for (const [type, mimeType, size, problem] of CASES) {
    const { rows } = await db.query(
      "select app_hidden.media_limit_problem('whatsapp_cloud', $1, $2, $3) as problem",
      [type, mimeType, size],
    );
    if (problem === null) assert.equal(rows[0].problem, null);
    else assert.match(rows[0].problem, problem);
  }
});
