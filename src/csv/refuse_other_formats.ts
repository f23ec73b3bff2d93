import { unreadable } from "./csv_error.ts";

/** What files that are mistaken for CSV begin with. */
const SIGNATURES: readonly { bytes: string; what: string }[] = [
  { bytes: "504b0304", what: "an archive (.zip) or a workbook (.xlsx, .ods)" },
  { bytes: "504b0506", what: "an empty archive (.zip)" },
  { bytes: "1f8b", what: "compressed (.gz)" },
  { bytes: "d0cf11e0", what: "a workbook (.xls)" },
  { bytes: "377abcaf271c", what: "an archive (.7z)" },
  { bytes: "526172211a07", what: "an archive (.rar)" },
  { bytes: "28b52ffd", what: "compressed (.zst)" },
  { bytes: "25504446", what: "a PDF" },
];

/** @param start the first bytes of a file @throws ParleyError PYCSV when they are those of another format */
export function refuseOtherFormats(start: Buffer): void {
  const hex = start.subarray(0, 8).toString("hex");
  const found = SIGNATURES.find(({ bytes }) => hex.startsWith(bytes));
  if (found) throw unreadable(`The file is ${found.what}: it must be a CSV file, as "Save as" writes it`);
}
