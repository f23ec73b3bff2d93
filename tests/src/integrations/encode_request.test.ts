import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpRequest } from "../../../src/chatbot/engine/request.ts";
import { encodeRequest } from "../../../src/integrations/encode_request.ts";

const request = (body: HttpRequest["body"], headers: [string, string][] = []): HttpRequest => ({
  target: { kind: "url" },
  method: "POST",
  url: "https://example.com/?a=1",
  query: [["b", "&"]],
  headers,
  body,
  timeoutMs: 1000,
});

test("the query is appended, and a header of the author's stays", async () => {
  const encoded = await encodeRequest(request({ kind: "json", value: { a: 1 } }, [["Content-Type", "x/y"]]));
  assert.equal(encoded.url, "https://example.com/?a=1&b=%26");
  assert.deepEqual(encoded.headers, { "Content-Type": "x/y" });
  assert.equal(encoded.body, '{"a":1}');
});

test("names and values of a multipart body cannot break the frame", async () => {
  const fields: [string, string][] = [
    ["plain", "1"],
    ['a"; filename="x', "--boundary\r\ncontent-disposition: form-data"],
    ["plain", "2"],
  ];
  const { body, headers } = await encodeRequest(request({ kind: "multipart", fields }));
  const form = await new Response(body, { headers: headers ?? {} } as ResponseInit).formData();
  assert.deepEqual([...form], fields);
});
