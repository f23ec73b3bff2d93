import { randomInt } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A user of the demo tenant, with the password that was generated at the first start. */
export type SignIn = z.infer<typeof SignIn>;

const SignIn = z.object({
  email: z.string(),
  role: z.enum(["owner", "agent", "viewer"]),
  name: z.string(),
  password: z.string(),
});

/** Reads `<dataDir>/demo.json`; undefined when it does not exist or has another form. */
export async function readSignIns(dataDir: string): Promise<SignIn[] | undefined> {
  const text = await readFile(fileIn(dataDir), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return z.array(SignIn).min(1).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Generates passwords and stores them in a file that only the owner of the data directory can read. */
export async function makeSignIns(dataDir: string): Promise<SignIn[]> {
  const people = [
    ["owner", "Olive Owner"],
    ["agent", "Arthur Agent"],
    ["viewer", "Vera Viewer"],
  ] as const;
  const signIns = people.map(([role, name]) => ({
    email: `${role}@demo.parley.local`,
    role,
    name,
    password: password(),
  }));
  const draft = `${fileIn(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(signIns, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, fileIn(dataDir));
  return signIns;
}

function fileIn(dataDir: string): string {
  return join(dataDir, "demo.json");
}

/** A password of four groups of four characters that are easy to type (no 0, 1, l, o): about 80 bits. */
function password(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}
