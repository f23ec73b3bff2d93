import assert from "node:assert/strict";
import { test } from "node:test";
import { contentHeaders } from "../../../../src/http/media/content_headers.ts";

const PICTURE = {
  contentType: "image/png",
  isShown: true,
  type: "image",
  filename: null,
  sha256: Buffer.alloc(32),
  isDownload: true,
};

test("a file without a name is saved under its type, with an extension by which it can be opened", () => {
  for (const [change, name] of [
    [{}, "image.png"],
    [{ filename: "../" }, "image.png"],
    [{ filename: "cat" }, "cat"],
    [{ type: "audio", contentType: "audio/ogg; codecs=opus" }, "audio.ogg"],
    [{ type: "document", contentType: "application/pdf", isShown: false }, "document.pdf"],
    [{ type: "document", contentType: "application/octet-stream", isShown: false }, "document"],
  ] as const)
    assert.equal(
      contentHeaders({ ...PICTURE, ...change })["content-disposition"],
      `attachment; filename=${name}`,
    );
});
