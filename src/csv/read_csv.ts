import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { unreadable } from "./csv_error.ts";
import { decodeText } from "./decode_text.ts";
import { checkDelimiter, declaredDelimiter, detectDelimiter } from "./detect_delimiter.ts";
import { detectEncoding } from "./detect_encoding.ts";
import { readCell } from "./formula.ts";

type Options = {
  /** A label for TextDecoder; default: found in the file. */
  encoding?: string | undefined;
  /** Default: found in the header. */
  delimiter?: string | undefined;
  /** Whose spreadsheet has written the file, if it is not Unicode (ISO 3166). */
  country: string | null;
};

/** An opened CSV file. Its rows are read as they are asked for. */
type CsvFile = {
  encoding: string;
  delimiter: string;
  header: readonly string[];
  rows: AsyncGenerator<CsvRow>;
};

/** A row that is not empty. Cells have no space around them. */
export type CsvRow = {
  /** As spreadsheets count: the header is row 1. */
  number: number;
  cells: readonly string[];
};

/** In characters. What is longer is usually a quote that is not closed. */
const LONGEST_ROW = 1024 * 1024;
const MOST_COLUMNS = 500;

/**
 * Opens a CSV file: finds its encoding and its delimiter, and reads its header. Read the rows to their end, or call their
 * `return()`.
 *
 * @throws ParleyError PYREQ for a delimiter that cannot be one; PYCSV when it is not a CSV file; so do `rows` at a row that cannot be read
 */
export async function openCsv(path: string, options: Options): Promise<CsvFile> {
  if (options.delimiter !== undefined) checkDelimiter(options.delimiter);
  const encoding = options.encoding ?? (await detectEncoding(path, options.country));
  const chunks = decodeText(createReadStream(path), encoding);
  const start = await firstLine(chunks);
  const declared = declaredDelimiter(start);
  const text = declared ? start.slice(declared.length) : start;
  const delimiter = options.delimiter ?? declared?.delimiter ?? detectDelimiter(text);
  const rows = readRows(text, chunks, delimiter);
  const first = await rows.next();
  if (first.done) throw unreadable("The file is empty");
  const { cells: header } = first.value;
  if (header.length > MOST_COLUMNS) throw unreadable(`It has more than ${MOST_COLUMNS} columns`, 1);
  return { encoding, delimiter, header, rows };
}

/** As many chunks as the first line takes. */
async function firstLine(chunks: AsyncIterator<string>): Promise<string> {
  let text = "";
  while (!/[\r\n]/.test(text)) {
    if (text.length > LONGEST_ROW) throw unreadable(PROBLEMS.CSV_MAX_RECORD_SIZE!, 1);
    const { value, done } = await chunks.next();
    if (done) break;
    text += value;
  }
  return text;
}

async function* readRows(
  start: string,
  rest: AsyncGenerator<string>,
  delimiter: string,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    info: true,
    max_record_size: LONGEST_ROW,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(concatenated(start, rest));
  source.on("error", (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const cells = record.map((cell) => readCell(cell.trim()));
      if (cells.some((cell) => cell !== "")) yield { number: info.records + info.empty_lines, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? explain(error) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

type Parsed = { record: string[]; info: { records: number; empty_lines: number } };

async function* concatenated(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

function explain(error: CsvError): Error {
  // The parser adds where it was.
  const { records = 0, empty_lines = 0 } = error as Partial<Parsed["info"]>;
  return unreadable(PROBLEMS[error.code] ?? error.message, records + empty_lines + 1);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and not closed",
  CSV_INVALID_CLOSING_QUOTE: "text follows a closing quote: a quote in a quoted cell must be doubled",
  INVALID_OPENING_QUOTE:
    "a quote is within a cell that is not quoted: the cell must be quoted, and the quote doubled",
  CSV_MAX_RECORD_SIZE: `the row has more than ${LONGEST_ROW} characters: is a quote not closed?`,
};
