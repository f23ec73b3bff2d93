import { createHash } from "node:crypto";
import { z } from "zod";
import { damaged } from "./damaged.ts";

/** The format of this version; another one is refused. */
const FORMAT = "parley-backup/1";

/** A part ends with the row that reaches this many bytes. */
export const PART_BYTES = 16 * 1024 * 1024;

const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);
const COUNT = z.number().int().min(0);
/** Names become paths and parts of statements: nothing else may pass. */
const NAME = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const TABLE_NAME = z.string().regex(/^[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}$/);

/** A part is read as a whole: its rows up to the one that completes it, which COPY limits to 1 GB. */
const LONGEST_PART = PART_BYTES + 1024 ** 3;
const PART_SIZE = COUNT.max(LONGEST_PART);

const Part = z.strictObject({
  /** Of the stored bytes, which are compressed. */
  sha256: SHA256,
  storedBytes: PART_SIZE,
  /** Of the rows, as COPY writes them. */
  bytes: PART_SIZE,
});

const Table = z.strictObject({
  name: TABLE_NAME,
  columns: z.array(NAME),
  rows: COUNT,
  /** The table that this one is a partition of, and its range of ids; `from` null: without a lower bound. */
  partition: z.strictObject({ of: TABLE_NAME, from: z.uuid().nullable(), to: z.uuid() }).optional(),
  parts: z.array(Part),
});

const Scope = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("whole") }),
  z.strictObject({ kind: z.literal("tables") }),
  z.strictObject({ kind: z.literal("tenant"), id: z.uuid(), slug: z.string() }),
]);

const Manifest = z.strictObject({
  format: z.literal(FORMAT),
  scope: Scope,
  /** The time of the snapshot, by the database's clock. */
  takenAt: z.iso.datetime(),
  /** The version of Parley. */
  program: z.string(),
  /** The schema: every committed migration that had run, with its hash. */
  migrations: z.array(z.strictObject({ file: z.string(), hash: z.string() })).min(1),
  tables: z.array(Table),
  /** The installation's keys, sealed with a passphrase. */
  keys: z.strictObject({ salt: z.string(), envelope: z.string() }).optional(),
});

/** What a backup consists of. It is written last: a backup without a manifest is incomplete. */
export type Manifest = z.infer<typeof Manifest>;
export type BackupScope = Manifest["scope"];
export type BackedUpTable = Manifest["tables"][number];
export type BackupPart = BackedUpTable["parts"][number];
export type BackupMigration = Manifest["migrations"][number];

/** Whether the names of a table can be in a manifest: those of Parley's tables all can. */
export function hasPlainNames({ name, columns }: Pick<BackedUpTable, "name" | "columns">): boolean {
  return TABLE_NAME.safeParse(name).success && z.array(NAME).safeParse(columns).success;
}

export const MANIFEST = "manifest.json";
/** The longest manifest that is read: that of some ten terabytes. */
export const LONGEST_MANIFEST = 256 * 1024 * 1024;

/** Where a part is kept. A manifest has no paths, so that it cannot name a file outside the backup. */
export function pathOf(table: Pick<BackedUpTable, "name">, { sha256 }: Pick<BackupPart, "sha256">): string {
  return `${table.name}/${sha256}.zst`;
}

/** The manifest as it is stored: JSON, and a line with the SHA-256 of it. */
export function encodeManifest(manifest: Omit<Manifest, "format">): Buffer {
  const text = JSON.stringify({ format: FORMAT, ...manifest }, null, 1);
  return Buffer.from(`${text}\n${sha256Of(text)}\n`);
}

/** @throws ParleyError PYBAK */
export function decodeManifest(stored: Buffer): Manifest {
  const [, text = "", hash] = /^([\s\S]*)\n([0-9a-f]{64})\n$/.exec(stored.toString()) ?? [];
  if (hash === undefined || sha256Of(text) !== hash)
    throw damaged("the manifest was changed or is incomplete");
  const { success, data, error } = Manifest.safeParse(parseJson(text));
  if (success) return data;
  const [issue] = error.issues;
  throw damaged(`the manifest is not of the format ${FORMAT}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged("the manifest is not JSON", { cause });
  }
}

export function sha256Of(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
