import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openCsv } from "../../../src/csv/read_csv.ts";
import { temporaryFolder } from "../media/temporary_folder.ts";

const path = join(await temporaryFolder({ after }), "a.csv");

async function read(bytes: Buffer | string, options: Partial<Parameters<typeof openCsv>[1]> = {}) {
  await writeFile(path, bytes);
  const { encoding, delimiter, header, rows } = await openCsv(path, { country: null, ...options });
  const found: (string | number)[][] = [];
  for await (const { number, cells } of rows) found.push([number, ...cells]);
  return { encoding, delimiter, header, rows: found };
}

/** `Ğ` and the like are bytes of one of the Windows code pages. */
const latin = (text: string) => Buffer.from(text, "latin1");

test("encoding and delimiter are found, as spreadsheets of several countries write them", async () => {
  const of = async (bytes: Buffer | string, country: string | null = null) => {
    const { encoding, delimiter, header, rows } = await read(bytes, { country });
    return [encoding, delimiter, header.join(), rows.flat().join()];
  };
  assert.deepEqual(await of("a,b\r\n1,é\r\n"), ["utf-8", ",", "a,b", "2,1,é"]);
  assert.deepEqual(await of("\ufeffa;b\n1;é"), ["utf-8", ";", "a,b", "2,1,é"]);
  assert.deepEqual(await of("a\tb\tc,d\r1\té\r"), ["utf-8", "\t", "a,b,c,d", "2,1,é"]);
  assert.deepEqual(await of('"a,x"|b\n1|2\n'), ["utf-8", "|", "a,x,b", "2,1,2"]);
  assert.deepEqual(await of("phone\n1\n"), ["utf-8", ",", "phone", "2,1"]);
  assert.deepEqual(await of("sep=|\r\na;x|b\r\n1|2\r\n"), ["utf-8", "|", "a;x,b", "2,1,2"]);
  const utf16 = Buffer.from("\ufeffa;b\n1;İ\n", "utf16le");
  assert.deepEqual(await of(utf16), ["utf-16le", ";", "a,b", "2,1,İ"]);
  assert.deepEqual(await of(utf16.subarray(2)), ["utf-16le", ";", "a,b", "2,1,İ"]);
  assert.deepEqual(await of(Buffer.from(utf16).swap16()), ["utf-16be", ";", "a,b", "2,1,İ"]);
  for (const name of ["Имя", "名前", "一", "ชื่อ", "नाम", "الاسم", "이름", "なまえ"]) {
    const file = Buffer.from(`${name},${name}2\n${name},+1\n`, "utf16le");
    const found = [",", `${name},${name}2`, `2,${name},+1`];
    assert.deepEqual(await of(file), ["utf-16le", ...found]);
    assert.deepEqual(await of(Buffer.from(file).swap16()), ["utf-16be", ...found]);
  }
  assert.deepEqual(await of(latin("a;b\n1;\xfc\n")), ["windows-1252", ";", "a,b", "2,1,ü"]);
  assert.deepEqual(await of(latin("a;b\n1;\xdd\xfe\n")), ["windows-1254", ";", "a,b", "2,1,İş"]);
  assert.deepEqual(await of(latin("a;b\n1;\xdd\n"), "IS"), ["windows-1252", ";", "a,b", "2,1,Ý"]);
  assert.deepEqual(await of(latin("a;b\n1;\xb3\n"), "PL"), ["windows-1250", ";", "a,b", "2,1,ł"]);
  assert.deepEqual(await of(latin("a;b\n1;\xc8\n"), "RU"), ["windows-1251", ";", "a,b", "2,1,И"]);
  const wished = await read(latin("a,b;c\n1,\xe1;2\n"), { encoding: "windows-1253", delimiter: ";" });
  assert.deepEqual([wished.header, wished.rows], [["a,b", "c"], [[2, "1,α", "2"]]]);
  // The byte that decides is far behind the first ones.
  const late = Buffer.concat([latin(`a,b\n${"1,2\n".repeat(20_000)}`), latin("1,\xfc\n")]);
  assert.equal((await read(late)).encoding, "windows-1252");
});

test("rows have the numbers that a spreadsheet shows, and cells no space around them", async () => {
  const { rows } = await read('a,b\n\n1, two \n,\n"x\ny",""\n"""q""",3,4\n5\n');
  assert.deepEqual(rows, [
    [3, "1", "two"],
    [5, "x\ny", ""],
    [6, '"q"', "3", "4"],
    [7, "5"],
  ]);
  assert.deepEqual((await read("a,b\n'+49 171,'=1+1\n''=x,'tis\n-5,+1\n")).rows, [
    [2, "+49 171", "=1+1"],
    [3, "'=x", "'tis"],
    [4, "-5", "+1"],
  ]);
});

test("what is not a CSV file is refused, and says in which row", async () => {
  const refused = async (bytes: Buffer | string, message: RegExp, options = {}) =>
    assert.rejects(read(bytes, options), (error: Error & { code: string }) => {
      assert.equal(error.code, "PYCSV");
      assert.match(error.message, message);
      return true;
    });
  await refused("", /^The file is empty$/);
  await refused("\ufeff\r\n\r\n", /^The file is empty$/);
  await refused("PK\x03\x04\x14\x00", /an archive \(\.zip\) or a workbook \(\.xlsx, \.ods\)/);
  await refused(gzipSync("a,b\n1,2\n"), /compressed \(\.gz\)/);
  await refused(Buffer.from("d0cf11e0a1b11ae1", "hex"), /a workbook \(\.xls\)/);
  await refused("%PDF-1.7", /a PDF/);
  await refused("a,b\n1\0,2\n", /NUL: it is not a text. If it is UTF-16, set `encoding`/);
  await refused("Имя,b\n1\0,2\n", /NUL/);
  await refused(Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), /NUL/);
  await refused(Buffer.from("\ufeffa,b\n1\0,2\n", "utf16le"), /NUL/);
  await refused(Buffer.concat([Buffer.from("\ufeffa,b\n"), latin("\xff\n")]), /not in the encoding utf-8/);
  await refused("a,b\n1,2\n", /"latin-9" is not a known encoding/, { encoding: "latin-9" });
  await refused('a,b\n\n1,"2\n3,4\n', /^Row 3: a quote is opened and not closed$/);
  await refused('a,b\n1,5" pipe\n', /^Row 2: a quote is within a cell/);
  await refused('a,b\n1,2\n"x"y,2\n', /^Row 3: text follows a closing quote/);
  await refused(`a,b\n1,${"x".repeat(10_000_000)}\n`, /^Row 2: the row has more than 1048576 characters/);
  await refused("a".repeat(3_000_000), /^Row 1: the row has more than/);
  await refused(`${"a,".repeat(501)}\n`, /^Row 1: It has more than 500 columns$/);
});
