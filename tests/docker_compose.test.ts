import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig, Settings } from "../src/base/config.ts";
import { wholeProgram } from "../src/cli/program.ts";

/** `docker compose config` without Docker: the keys that the file uses, as the Compose specification has them. */

const Duration = z.string().regex(/^(?:\d+(?:h|m|s|ms|us))+$/);
const Volume = z.string().regex(/^[a-z][a-z0-9_-]*:\/[\w./-]+$/);
const Service = z.strictObject({
  image: z.string(),
  build: z.literal(".").optional(),
  init: z.boolean().optional(),
  restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
  stop_grace_period: Duration,
  environment: z.record(z.string(), z.string()),
  volumes: z.array(Volume),
  command: z.array(z.string()),
  ports: z.array(z.string().regex(/^\d+:\d+$/)).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(["service_healthy", "service_completed_successfully"]) }),
    )
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal("CMD"), z.string()], z.string()),
      interval: Duration,
      timeout: Duration,
      retries: z.number().int().positive().optional(),
      start_period: Duration.optional(),
    })
    .optional(),
});
const Compose = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  "x-parley": z.unknown(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

const SECRETS = {
  POSTGRES_PASSWORD: "letters",
  PARLEY_SECRET_KEY: "0".repeat(64),
  JWT_SECRET: "1".repeat(64),
  PUBLIC_URL: "https://parley.example.com",
};

/** Replaces variables in all texts, as Compose does: `${NAME:-default}`, `${NAME:?error}`. */
function interpolated(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((each) => interpolated(each, values));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolated(each, values)]));
  return typeof value === "string" ? interpolatedText(value, values) : value;
}

function interpolatedText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_all, inside: string) => {
    const [, name, operator, rest] = /^([A-Z][A-Z0-9_]*)(:-|:\?)(.*)$/.exec(inside) ?? assert.fail(inside);
    const value = values[name!];
    if (value) return value;
    assert.equal(operator, ":-", `${name} must be set: ${rest}`);
    return rest!;
  });
}

const file = await readFile(new URL("../docker-compose.yml", import.meta.url), "utf8");
const document: unknown = parse(file, { merge: true });
const compose = Compose.parse(interpolated(document, SECRETS));
const services = Object.entries(compose.services);

test("docker-compose.yml is valid, and names only services and volumes that it has", () => {
  for (const [name, { depends_on: others = {}, volumes }] of services) {
    for (const [other, { condition }] of Object.entries(others)) {
      const needed = compose.services[other];
      assert.ok(needed, `${name} depends on ${other}`);
      if (condition === "service_healthy") assert.ok(needed.healthcheck, `${other} has a healthcheck`);
      else assert.equal(needed.restart, "no", `${other} ends`);
    }
    for (const volume of volumes) assert.ok(volume.split(":")[0]! in compose.volumes, volume);
  }
  for (const secret of Object.keys(SECRETS))
    assert.throws(() => interpolated(document, { ...SECRETS, [secret]: "" }), new RegExp(`set ${secret}`));
});

test("each service of Parley runs a command with settings that exist", async () => {
  const commands = (await wholeProgram()).commands.map((command) => command.name());
  for (const [, { image, command, environment }] of services) {
    if (image !== "parley") continue;
    assert.ok(commands.includes(command[0]!), command[0]);
    assert.deepEqual(
      Object.keys(environment).filter((name) => !(name in Settings.shape)),
      [],
    );
    assert.equal(readConfig({ ...environment, NODE_ENV: "production" }).DATABASE_POOL_SIZE, 10);
  }
});
