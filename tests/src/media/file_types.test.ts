import assert from "node:assert/strict";
import { test } from "node:test";
import { essenceOf, FILE_TYPES, mayBeDeclared, withExtension } from "../../../src/media/file_types.ts";

const named = (mimeType: string) => FILE_TYPES.find((type) => type.mimeType === mimeType)!;

test("a sender may call a file by its type, a type of the same family, or nothing", () => {
  const allowed = {
    "image/jpeg": ["image/jpeg", "image/jpg", "image/png", "application/octet-stream", ""],
    "audio/mp4": ["audio/x-m4a", "video/mp4"],
    "audio/ogg; codecs=opus": ["audio/ogg", "audio/opus", "application/ogg"],
    "text/plain": ["text/csv", "application/json", "application/vnd.ms-excel"],
    "application/zip": ["application/x-zip-compressed"],
  };
  for (const [mimeType, names] of Object.entries(allowed))
    for (const name of names) assert.ok(mayBeDeclared(named(mimeType), name), `${mimeType} ${name}`);
});

test("and not by a type that it contradicts", () => {
  const refused = {
    "image/jpeg": ["image/svg+xml", "text/html", "application/pdf", "video/mp4"],
    "text/plain": ["text/html", "text/xml", "text/javascript", "image/png", "application/pdf"],
    "application/pdf": ["image/png", "application/zip", "text/plain"],
  };
  for (const [mimeType, names] of Object.entries(refused))
    for (const name of names) assert.ok(!mayBeDeclared(named(mimeType), name), `${mimeType} ${name}`);
});

test("a name gets the extension of its type, unless it has one", () => {
  assert.equal(withExtension("a.JPG", named("image/jpeg")), "a.JPG");
  assert.equal(withExtension("photo.exe", named("image/jpeg")), "photo.exe.jpg");
  assert.equal(withExtension("page.html", named("text/plain")), "page.html.txt");
  assert.equal(withExtension("list.csv", named("text/plain")), "list.csv");
  assert.equal(withExtension("file", named("application/pdf")), "file.pdf");
});

test("parameters do not belong to a type's essence", () => {
  assert.equal(essenceOf(" Audio/OGG; codecs=opus"), "audio/ogg");
});

test("nothing that browsers run is shown", () => {
  const shown = FILE_TYPES.filter(({ isShown }) => isShown).map(({ mimeType }) => mimeType);
  for (const mimeType of shown)
    assert.match(mimeType, /^(?:image\/(?:jpeg|png|gif|webp)|audio\/[\w;= ]+|video\/\w+)$/);
});
