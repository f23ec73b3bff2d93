import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openChannelSecrets } from "../../src/secrets/channel_secrets.ts";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, digits, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, RING } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let admin: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, workspace.tenantId, "admin");
});

const CREATE = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { channel { id name isDefault status whatsapp { phoneNumberId graphUrl } } }
}`;
const ROTATE = `mutation ($input: RotateChannelSecretsInput!) {
  rotateChannelSecrets(input: $input) { clientMutationId channel { id } }
}`;
const anInput = () => ({
  phoneNumberId: digits(15),
  businessAccountId: digits(15),
  displayPhoneNumber: "+1 555 000 1111",
  accessToken: "token-one",
  appSecret: "app-secret-one",
  verifyToken: "verify-one",
});

async function secretsOf(channelId: string) {
  const { rows } = await database.pool.query(
    "select * from app_private.channel_secrets where channel_id = $1",
    [channelId],
  );
  const { apps: _apps, ...opened } = openChannelSecrets(channelId, rows[0], RING);
  return { row: rows[0], opened };
}

test("an admin connects a channel; its secrets are sealed and never returned", async () => {
  const answer = await api.ask(admin, CREATE, { input: anInput() });
  assert.deepEqual(answer.errors, []);
  const { channel } = answer.data.createChannel;
  assert.equal(channel.name, "+1 555 000 1111");
  assert.equal(channel.whatsapp.graphUrl, null);

  const { row, opened } = await secretsOf(channel.id);
  assert.deepEqual(opened, {
    accessToken: "token-one",
    appSecrets: ["app-secret-one"],
    verifyToken: "verify-one",
  });
  const stored = JSON.stringify(row);
  const logged = api.log.join("\n");
  for (const secret of ["token-one", "app-secret-one", "verify-one"]) {
    assert.ok(!stored.includes(secret));
    assert.ok(!logged.includes(secret));
  }
  for (const field of ["accessToken", "appSecret", "channelSecret", "verifyToken"])
    assert.equal(
      (await api.ask(admin, `{ channel(id: "${channel.id}") { ${field} } }`)).code,
      "PYREQ",
      field,
    );
  const audit = await api.ask(admin, "{ auditEntries { nodes { newValues oldValues } } }");
  assert.ok(!audit.text.includes("token-one"));
});

test("a rotation keeps the previous app secret, and secrets that are not given", async () => {
  const { id } = (await api.ask(admin, CREATE, { input: anInput() })).data.createChannel.channel;
  const before = (await secretsOf(id)).row;
  const answer = await api.ask(admin, ROTATE, {
    input: { channelId: id.toUpperCase(), appSecret: "app-secret-two", clientMutationId: "c" },
  });
  assert.equal(answer.data.rotateChannelSecrets.channel.id, id);
  assert.equal(answer.data.rotateChannelSecrets.clientMutationId, "c");
  const { row, opened } = await secretsOf(id);
  assert.deepEqual(opened, {
    accessToken: "token-one",
    appSecrets: ["app-secret-two", "app-secret-one"],
    verifyToken: "verify-one",
  });
  assert.notEqual(row.app_secret_fingerprint, before.app_secret_fingerprint);
});

test("secrets are sealed for an id as the database writes it, however it was spelled", async () => {
  const created = await api.ask(admin, CREATE, { input: anInput() });
  const { id } = created.data.createChannel.channel;
  const spellings = [id.replaceAll("-", ""), id.toUpperCase().replaceAll("-", ""), `{${id}}`];
  for (const [index, channelId] of spellings.entries()) {
    const answer = await api.ask(admin, ROTATE, { input: { channelId, accessToken: `token-${index}` } });
    // GraphQL's own check may refuse a spelling; what it lets through has to be opened again.
    if (answer.code === undefined) assert.equal(answer.data.rotateChannelSecrets.channel.id, id);
    else assert.equal(answer.code, "PYREQ", channelId);
    const { accessToken } = (await secretsOf(id)).opened;
    assert.equal(accessToken, answer.code === undefined ? `token-${index}` : accessToken);
  }
});

test("a secret that is empty or not printable is refused by its field's name, and is not quoted", async () => {
  const { id } = (await api.ask(admin, CREATE, { input: anInput() })).data.createChannel.channel;
  const { row: before } = await secretsOf(id);
  for (const field of ["accessToken", "appSecret", "verifyToken"]) {
    for (const value of ["", " ", "hidden\n", "hidden\u0000", " hidden", "hidd\u00e9n", "x".repeat(8193)]) {
      const inputs: [string, object][] = [
        [CREATE, { ...anInput(), [field]: value }],
        [ROTATE, { channelId: id, [field]: value }],
      ];
      for (const [mutation, input] of inputs) {
        const { code, text } = await api.ask(admin, mutation, { input });
        assert.equal(code, "PYREQ", `${field} ${JSON.stringify(value)}`);
        assert.match(text, new RegExp(`\`${field}\` must be 1 to 8192 printable`));
        assert.ok(!text.includes("hid"), "the value is not quoted");
      }
    }
  }
  assert.deepEqual((await secretsOf(id)).row, before, "nothing has changed");
});

test("a rotation can end the previous app secret, with a new one and without", async () => {
  const created = await api.ask(admin, CREATE, { input: anInput() });
  const { id: channelId } = created.data.createChannel.channel;
  const rotate = (input: object) => api.ask(admin, ROTATE, { input: { channelId, ...input } });
  const accepted = async () => (await secretsOf(channelId)).opened.appSecrets;
  await rotate({ appSecret: "app-secret-two", endsPreviousSecret: true });
  assert.deepEqual(await accepted(), ["app-secret-two"]);
  await rotate({ appSecret: "app-secret-three" });
  assert.deepEqual(await accepted(), ["app-secret-three", "app-secret-two"]);
  await rotate({ endsPreviousSecret: true });
  assert.deepEqual(await accepted(), ["app-secret-three"]);
  assert.equal((await secretsOf(channelId)).row.previous_app_secret_fingerprint, null);
});

test("channels with one app secret have one fingerprint", async () => {
  const [a, b] = await Promise.all([0, 1].map(() => api.ask(admin, CREATE, { input: anInput() })));
  const prints = await Promise.all(
    [a!, b!].map(
      async (answer) => (await secretsOf(answer.data.createChannel.channel.id)).row.app_secret_fingerprint,
    ),
  );
  assert.equal(prints[0], prints[1]);
});

test("agents cannot connect channels, and no caller reaches another tenant's channel", async () => {
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  assert.equal((await api.ask(agent, CREATE, { input: anInput() })).code, "PYDEN");
  assert.equal(
    (await api.ask(agent, ROTATE, { input: { channelId: workspace.channelId, accessToken: "x" } })).code,
    "PYDEN",
  );
  assert.equal((await api.ask(null, CREATE, { input: anInput() })).code, "PYDEN");
  const stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  assert.equal(
    (await api.ask(stranger, ROTATE, { input: { channelId: workspace.channelId, accessToken: "x" } })).code,
    "PYNFD",
  );
});

test("the address that the token is sent to cannot be set, and a number cannot be connected twice", async () => {
  const input = anInput();
  assert.equal(
    (await api.ask(admin, CREATE, { input: { ...input, graphUrl: "https://evil.example" } })).code,
    "PYREQ",
  );
  assert.deepEqual((await api.ask(admin, CREATE, { input })).errors, []);
  assert.equal((await api.ask(admin, CREATE, { input })).code, "PYCON");
  assert.equal(
    (await api.ask(admin, CREATE, { input: { ...anInput(), phoneNumberId: "not digits" } })).code,
    "PYCON",
  );
  const patch = (fields: string) =>
    api.ask(
      admin,
      `mutation { updateWhatsappChannel(input: { channelId: "${workspace.channelId}", patch: { ${fields} } }) {
         whatsappChannel { displayPhoneNumber channel { id } }
       } }`,
    );
  assert.equal((await patch('graphUrl: "https://evil.example"')).code, "PYREQ");
  const { data } = await patch('displayPhoneNumber: "+1 555"');
  assert.deepEqual(data.updateWhatsappChannel.whatsappChannel, {
    displayPhoneNumber: "+1 555",
    channel: { id: workspace.channelId },
  });
});

test("a client sees the capabilities of a channel", async () => {
  const viewer = await aPerson(database.pool, workspace.tenantId, "viewer");
  const { data, errors } = await api.ask(
    viewer,
    `{
      channel(id: "${workspace.channelId}") {
        kindCapabilities { kind replyWindow { hours } messageTypes textLimit hasTypingIndicator }
      }
      channelKindCapabilities { nodes { kind } }
    }`,
  );
  assert.deepEqual(errors, []);
  const { messageTypes, ...capabilities } = data.channel.kindCapabilities;
  assert.deepEqual(capabilities, {
    kind: "whatsapp_cloud",
    replyWindow: { hours: 24 },
    textLimit: 4096,
    hasTypingIndicator: true,
  });
  assert.ok(messageTypes.includes("template") && !messageTypes.includes("system"));
  assert.deepEqual(data.channelKindCapabilities.nodes, [{ kind: "whatsapp_cloud" }]);
});

const DRAFT = `mutation ($components: JSON!) {
  createTemplate(
    input: { template: { name: "order_ready", language: "en-US", category: utility, components: $components } }
  ) { template { id status language problem body variables parameterFormat } }
}`;
const SUBMIT = `mutation ($id: UUID!) {
  submitTemplate(input: { templateId: $id }) {
    templateChange { kind state error template { changes { totalCount } } }
  }
}`;

test("an admin writes a template, sees which rule it breaks, and submits it; an agent may not", async () => {
  const text = "Your order {{1}} is ready.";
  const unfit = await api.ask(admin, DRAFT, { components: [{ type: "BODY", text }] });
  assert.deepEqual(unfit.errors, []);
  const { template } = unfit.data.createTemplate;
  assert.match(template.problem, /components\[0\].text must have an example/);
  assert.deepEqual(
    [template.status, template.language, template.body, template.variables, template.parameterFormat],
    ["draft", "en_US", text, ["1"], "positional"],
  );
  assert.equal((await api.ask(admin, SUBMIT, { id: template.id })).errors[0]?.extensions?.code, "PYCNT");
  const change = `mutation ($id: UUID!, $components: JSON!) {
    updateTemplate(input: { id: $id, patch: { components: $components } }) { template { problem } }
  }`;
  const components = [{ type: "BODY", text, example: { body_text: [["A17"]] } }];
  const fit = await api.ask(admin, change, { id: template.id, components });
  assert.equal(fit.data.updateTemplate.template.problem, null);
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  assert.equal((await api.ask(agent, SUBMIT, { id: template.id })).errors[0]?.extensions?.code, "PYDEN");
  const submitted = await api.ask(admin, SUBMIT, { id: template.id });
  assert.deepEqual(submitted.data.submitTemplate.templateChange, {
    kind: "create",
    state: "queued",
    error: null,
    template: { changes: { totalCount: 1 } },
  });
});
