import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanFilename } from "../../../src/media/clean_filename.ts";

const NAMES: [given: string, clean: string][] = [
  ["Fatura 2026 (ğüşiöç) 📄.pdf", "Fatura 2026 (ğüşiöç) 📄.pdf"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\ann\\cv.docx", "cv.docx"],
  ["a\r\nset-cookie: x=1.txt", "aset-cookie_ x=1.txt"],
  ["line\nbreak/\nname.txt", "name.txt"],
  ["nul\0byte.png", "nulbyte.png"],
  ['quo"te.png', "quo_te.png"],
  ["photo\u202egpj.exe", "photogpj.exe"],
  ["e\u0301.txt", "é.txt"],
  ["...", ""],
  [" .hidden. ", "hidden"],
  ["/", ""],
  ["", ""],
  ["\ud800lone.txt", "lone.txt"],
];

for (const [given, clean] of NAMES)
  test(`${JSON.stringify(given)} is ${JSON.stringify(clean)}`, () => {
    assert.equal(cleanFilename(given), clean);
  });

test("a long name keeps its extension, and whole characters", () => {
  const clean = cleanFilename(`${"📄".repeat(500)}.pdf`);
  assert.equal([...clean].length, 230);
  assert.ok(clean.endsWith("📄.pdf"));
});
