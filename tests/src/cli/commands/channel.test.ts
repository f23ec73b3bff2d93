import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openChannelSecrets } from "../../../../src/secrets/channel_secrets.ts";
import { keyRing } from "../../../../src/secrets/key_ring.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { digits } from "../../../support/people.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  for (const slug of ["bakery", "butcher"]) await parley.json(["tenant", "add", slug]);
});
after(() => database.drop());

const ring = keyRing([process.env.PARLEY_SECRET_KEY ?? ""]);

type Added = { id: string; webhookUrl: string; verifyToken?: string };

const number = (phoneNumberId = digits(15), tenant = "bakery") => [
  ...["--tenant", tenant, "--phone-number-id", phoneNumberId],
  ...["--business-account-id", digits(15), "--display-phone-number", "15550001111"],
];
const add = (...rest: string[]) => ["channel", "add", ...number(), ...rest];

async function secretsOf(channelId: string) {
  const { rows } = await database.pool.query(
    "select * from app_private.channel_secrets where channel_id = $1",
    [channelId],
  );
  const { apps: _apps, ...secrets } = openChannelSecrets(channelId, rows[0], ring);
  return secrets;
}

async function webhookKeyOf(channelId: string): Promise<string> {
  const { rows } = await database.pool.query("select webhook_key from app_public.channels where id = $1", [
    channelId,
  ]);
  return rows[0].webhook_key;
}

test("a number is connected: its secrets are sealed and never printed", async () => {
  const secrets = ["--access-token", "EAAtoken", "--app-secret", "appsecret", "--verify-token", "verifyme"];
  const ran = await parley([...add(...secrets), "--json"]);
  for (const secret of ["EAAtoken", "appsecret", "verifyme"])
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(secret));
  const added = JSON.parse(ran.stdout) as Added;
  assert.equal(added.webhookUrl, `http://127.0.0.1:4000/webhooks/whatsapp/${await webhookKeyOf(added.id)}`);
  assert.deepEqual(await secretsOf(added.id), {
    accessToken: "EAAtoken",
    appSecrets: ["appsecret"],
    verifyToken: "verifyme",
  });
  const { rows } = await database.pool.query(
    "select * from app_private.channel_secrets where channel_id = $1",
    [added.id],
  );
  assert.doesNotMatch(JSON.stringify(rows), /EAAtoken|"appsecret"|verifyme/);
});

test("secrets come from the environment and from standard input; a verify token is made and shown once", async () => {
  const env = { WHATSAPP_APP_SECRET: "from the environment", PUBLIC_URL: "https://parley.example.com/" };
  const ran = await parley(add("--access-token", "-", "--name", "Counter"), { env, input: "from stdin\r\n" });
  const [, id = ""] = /Channel ([0-9a-f-]{36})/.exec(ran.stdout) ?? [];
  assert.match(
    ran.stdout,
    new RegExp(
      `^Webhook address: https://parley.example.com/webhooks/whatsapp/${await webhookKeyOf(id)}$`,
      "m",
    ),
  );
  const [, token] = /^Verify token, shown this once: (\S{32})$/m.exec(ran.stderr) ?? [];
  assert.deepEqual(await secretsOf(id), {
    accessToken: "from stdin",
    appSecrets: ["from the environment"],
    verifyToken: token,
  });
  assert.ok(!`${ran.stdout}${ran.stderr}`.match(/from (stdin|the environment)/));
});

test("a rotated app secret is accepted beside the one before it; what is not given stays", async () => {
  const phoneNumberId = digits(15);
  const given = ["--access-token", "token", "--app-secret", "first", "--verify-token", "verify"];
  const { id } = await parley.json<Added>(["channel", "add", ...number(phoneNumberId), ...given]);
  const rotated = await parley.json(["channel", "rotate-secrets", phoneNumberId, "--app-secret", "-"], {
    input: "second",
  });
  assert.deepEqual(rotated, { id, replaced: ["appSecret"] });
  assert.deepEqual(await secretsOf(id), {
    accessToken: "token",
    appSecrets: ["second", "first"],
    verifyToken: "verify",
  });
  await parley.json(["channel", "rotate-secrets", id, "--access-token", "another", "--verify-token", "v"]);
  assert.deepEqual(await secretsOf(id), {
    accessToken: "another",
    appSecrets: ["second", "first"],
    verifyToken: "v",
  });

  const ended = await parley(["channel", "rotate-secrets", id, "--end-previous"]);
  assert.equal(ended.stdout, `Channel ${id}: only the current app secret is accepted\n`);
  assert.deepEqual((await secretsOf(id)).appSecrets, ["second"]);
  await parley.json(["channel", "rotate-secrets", id, "--app-secret", "third", "--end-previous"]);
  assert.deepEqual((await secretsOf(id)).appSecrets, ["third"]);

  await parley.json(["channel", "add", ...number(phoneNumberId, "butcher"), ...given]);
  assert.match(
    await parley.failure(["channel", "rotate-secrets", phoneNumberId, "--app-secret", "x"]),
    /\(PYREQ\)$/,
  );
  const named = ["channel", "rotate-secrets", phoneNumberId, "--tenant", "butcher", "--app-secret", "x"];
  assert.notEqual((await parley.json(named)).id, id);
});

test("numbers are listed without secrets", async () => {
  await parley.json(
    add("--access-token", "hidden-token", "--app-secret", "hidden-secret", "--verify-token", "hidden-verify"),
  );
  const ran = await parley(["channel", "list", "--json"]);
  assert.doesNotMatch(ran.stdout, /hidden|"(access_token|app_secret|verify_token)/);
  const channels = JSON.parse(ran.stdout) as Record<string, unknown>[];
  assert.ok(
    channels.every(
      ({ webhook_url: url, webhook_key: key }) => url === `http://127.0.0.1:4000/webhooks/whatsapp/${key}`,
    ),
  );
  assert.match((await parley(["channel", "list", "--tenant", "bakery"])).stdout, /^tenant +name +status/);
});

test("invalid arguments are refused without quoting a secret, and change nothing", async () => {
  const count = async () =>
    (await database.pool.query("select count(*)::int from app_public.channels")).rows[0].count;
  const before = await count();
  const secrets = ["--access-token", "s3cr3t", "--app-secret", "s3cr3t"];
  const bad: [args: string[], expected: RegExp, input?: string][] = [
    [add(), /Missing: --access-token \(or WHATSAPP_ACCESS_TOKEN.*\(PYREQ\)$/],
    [add("--access-token", "s3cr3t"), /Missing: --app-secret/],
    [
      add("--access-token", "-", "--app-secret", "-"),
      /Only one of --access-token and --app-secret/,
      "s3cr3t",
    ],
    [
      add("--access-token", "s3cr3t\ns3cr3t", "--app-secret", "s3cr3t"),
      /without surrounding spaces \(PYREQ\)$/,
    ],
    [
      add("--access-token", "-", "--app-secret", "s3cr3t"),
      /--access-token must be 1 to 8192 printable ASCII characters/,
      "s3cr3t".repeat(2000),
    ],
    [
      add(...secrets, "--graph-url", "ftp://example.com"),
      /"graphUrl" of whatsapp channels must be an http\(s\) address \(PYCON\)$/,
    ],
    [
      add(...secrets, "--name", "n".repeat(151)),
      /"name" of channels must be neither empty nor too long \(PYCON\)$/,
    ],
    [
      ["channel", "add", ...number("not digits"), ...secrets],
      /"phoneNumberId" of whatsapp channels must consist of digits \(PYCON\)$/,
    ],
    [["channel", "add", ...number(digits(15), "nobody"), ...secrets], /There is no tenant.*\(PYNFD\)$/],
    [["channel", "rotate-secrets", "12345", "--app-secret", "s3cr3t"], /There is no channel.*\(PYNFD\)$/],
    [["channel", "rotate-secrets", "12345"], /Nothing to replace.*\(PYREQ\)$/],
  ];
  await Promise.all(
    bad.map(async ([args, expected, input = ""]) => {
      const line = await parley.failure(args, { input });
      assert.match(line, expected);
      assert.doesNotMatch(line, /s3cr3t/);
    }),
  );
  const missing = await parley(["channel", "add", "--tenant", "bakery"]);
  assert.match(missing.stderr, /^error: required option '--phone-number-id <id>' not specified/);
  assert.equal(await count(), before);
});

test("one number twice in a tenant is refused", async () => {
  const secrets = ["--access-token", "t", "--app-secret", "s"];
  const args = ["channel", "add", ...number(), ...secrets];
  await parley.json(args);
  assert.match(await parley.failure(args), /is taken \(PYCON\)$/);
});

test("in production a secret key has to be given, not made", async () => {
  const line = await parley.failure(add("--access-token", "t", "--app-secret", "s"), {
    env: { NODE_ENV: "production", PARLEY_SECRET_KEY: "" },
  });
  assert.match(line, /^error: PARLEY_SECRET_KEY: is needed/);
});
