import { randomBytes } from "node:crypto";
import { link, lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, EmbeddedError, explainFileError } from "./error.ts";

/** The secrets of one data directory, each 32 random bytes in base64url. */
export type Keys = {
  /** Password of the role `postgres`. */
  readonly superuserPassword: string;
  /** Password of the role `parley`, the owner of the database `parley`. */
  readonly ownerPassword: string;
  /** Encrypts the channels' secrets: without it they are lost. */
  readonly secretKey: string;
  /** Signs the access tokens. */
  readonly jwtSecret: string;
};

const NAMES = ["superuserPassword", "ownerPassword", "secretKey", "jwtSecret"] as const;

/**
 * Reads `<dataDir>/keys.json`, or makes it (mode 0600) if there is none. Needs no server. Two processes that
 * do so at once get the same keys.
 * @throws EmbeddedError keys_missing, keys_mismatch, no_permission, disk_full
 */
export async function readOrCreateKeys(dataDir: string): Promise<Keys> {
  const path = join(dataDir, "keys.json");
  try {
    const found = await readKeys(path);
    if (found) return found;
    await mkdir(dataDir, { recursive: true });
    if (await exists(join(dataDir, "postgres"))) {
      throw new EmbeddedError(
        "keys_missing",
        `${path} is missing, but the database it belongs to is there: put it back from a backup`,
      );
    }
    await createOnce(path, `${JSON.stringify(newKeys(), null, 2)}\n`);
    const made = await readKeys(path);
    if (made) return made;
  } catch (error) {
    throw explainFileError(error, path);
  }
  throw new EmbeddedError("keys_missing", `${path} was removed while it was being made`);
}

async function readKeys(path: string): Promise<Keys | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return parseKeys(JSON.parse(text));
  } catch (error) {
    throw new EmbeddedError("keys_mismatch", `${path} is damaged: put it back from a backup`, error);
  }
}

function parseKeys(value: unknown): Keys {
  const keys = value as Record<string, unknown>;
  for (const name of NAMES) {
    const key = keys[name];
    if (typeof key !== "string" || key === "") throw new TypeError(`${name} is not a string`);
  }
  return keys as Keys;
}

function newKeys(): Keys {
  const key = () => randomBytes(32).toString("base64url");
  return { superuserPassword: key(), ownerPassword: key(), secretKey: key(), jwtSecret: key() };
}

/** All or nothing, and the first of several writers wins: `link` refuses to replace a file. */
async function createOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: unknown) => {
      // Some file systems have no hard links; there the last writer wins.
      if (codeOf(error) !== "EEXIST") return rename(draft, path);
    });
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
