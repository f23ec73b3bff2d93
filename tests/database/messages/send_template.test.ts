import assert from "node:assert/strict";
import type pg from "pg";
import { storedMedia } from "../../support/media.ts";
import {
  aConversation,
  anApiKey,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  digits,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const BODY = { type: "BODY", text: "Hi {{1}}, order {{2}} has shipped." };

async function aTemplate(db: pg.PoolClient, workspace: Workspace, row: object = {}) {
  await db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     select $1, $2, r.name, r.language, r.status, r.category, r.components
     from jsonb_populate_record(null::app_public.templates, $3) r`,
    [
      workspace.tenantId,
      workspace.businessAccountId,
      {
        name: "shipped",
        language: "en_US",
        status: "approved",
        category: "utility",
        components: [BODY],
        ...row,
      },
    ],
  );
}

const shipped = { name: "shipped", parameters: { body: ["Ann", "A-1"] } };
const components = [{ type: "body", parameters: ["Ann", "A-1"].map((text) => ({ type: "text", text })) }];

async function insert(
  db: pg.PoolClient,
  conversationId: string,
  content: object,
  mediaId: string | null = null,
) {
  const { rows } = await db.query(
    `insert into app_public.messages (conversation_id, type, content, media_id) values ($1, 'template', $2, $3)
     returning *`,
    [conversationId, content, mediaId],
  );
  return rows[0];
}

/** Sends with named arguments. */
async function send(db: pg.PoolClient, given: Record<string, unknown>) {
  const names = Object.keys(given);
  const { rows } = await db.query(
    `select * from app_public.send_template(${names.map((name, at) => `${name} => $${at + 1}`).join(", ")})`,
    Object.values(given),
  );
  return rows[0];
}

story(
  "the short form of a template is stored as the Graph API's object, with what the customer reads",
  async (db) => {
    const workspace = await aWorkspace(db);
    await aTemplate(db, workspace);
    const { conversationId, contactId } = await aConversation(db, workspace, { isWindowOpen: false });
    await become(db, await aPerson(db, workspace.tenantId, "agent"));
    const whole = { name: "shipped", language: { code: "en_US" }, components };
    for (const content of [
      shipped,
      { ...shipped, language: "en-US" },
      { ...shipped, language: { code: "en_US" } },
      whole,
    ]) {
      const message = await insert(db, conversationId, content);
      assert.deepEqual(message.content, whole);
      assert.equal(message.preview, "Hi Ann, order A-1 has shipped.");
      assert.equal(message.author, "user");
    }

    await db.query("update app_public.contacts set name = 'Zoë' where id = $1", [contactId]);
    const filled = { name: "shipped", parameters: { body: ["{name}", "{{order.id|none}}"] } };
    assert.equal(
      (await insert(db, conversationId, { ...filled, variables: { order: { id: "A-2" } } })).preview,
      "Hi Zoë, order A-2 has shipped.",
    );
    assert.equal(
      (await insert(db, conversationId, filled)).preview,
      "Hi {name}, order {{order.id|none}} has shipped.",
      "without variables, texts are taken as they are",
    );
    const unknown = await insert(db, conversationId, { name: "unheard_of", language: { code: "en" } });
    assert.equal(unknown.preview, "unheard_of", "Meta decides");
  },
);

story("what does not fit the template is refused, with the parameter's name", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace);
  await aTemplate(db, workspace, { name: "paused", status: "pending" });
  await aTemplate(db, workspace, { name: "heard_of", status: "unknown", components: [] });
  const { conversationId } = await aConversation(db, workspace);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const refused = (content: object) => refusal(db, () => insert(db, conversationId, content));
  assert.equal(await refused({ name: "shipped" }), "PYCNT");
  assert.equal(await refused({ ...shipped, parameters: { body: ["a\nb", "c"] } }), "PYCNT");
  assert.equal(await refused({}), "PYCNT");
  assert.equal(await refused({ ...shipped, name: "no_such" }), "PYTPL");
  assert.equal(await refused({ ...shipped, language: "de" }), "PYTPL");
  assert.equal(await refused({ ...shipped, name: "paused" }), "PYTPL");
  assert.equal(await refused({ ...shipped, name: "heard_of" }), "PYTPL");
  assert.equal(await refused({ ...shipped, variables: [] }), "PYREQ");
  assert.equal(
    await refused({ ...shipped, parameters: { body: ["{{a}}", "{{b|}}"] }, variables: {} }),
    "PYREQ",
  );
  await assert.rejects(insert(db, conversationId, { name: "shipped", parameters: { "1": "Ann" } }), {
    message: "Invalid template message: parameters.body.2 must be given",
  });
});

story(
  "the language is the contact's, then a near one, then the fallback, then English, then any",
  async (db) => {
    const workspace = await aWorkspace(db);
    const plain = (language: string, status = "approved") =>
      aTemplate(db, workspace, { language, status, components: [{ type: "BODY", text: language }] });
    for (const language of ["fr", "pt_BR", "de", "en_GB"]) await plain(language);
    await plain("es", "pending");
    const { conversationId, contactId } = await aConversation(db, workspace);
    const chosen = async (language: string | null, fallback_language?: string) => {
      await db.query("update app_public.contacts set language = $2 where id = $1", [contactId, language]);
      const message = await insert(db, conversationId, {
        name: "shipped",
        ...(fallback_language && { fallback_language }),
      });
      return message.content.language.code;
    };
    assert.equal(await chosen("de"), "de");
    assert.equal(await chosen("pt-PT"), "pt_BR");
    assert.equal(await chosen("DE-at", "fr"), "de");
    assert.equal(await chosen("ja", "fr"), "fr");
    assert.equal(await chosen("ja"), "en_GB");
    assert.equal(await chosen("es"), "en_GB", "the Spanish one is not approved");
    await db.query("delete from app_public.templates where language in ('en_GB', 'es')");
    assert.equal(await chosen("ja"), "fr", "the oldest");
  },
);

story("a file of ours is the header, by its id in the parameters or in media_id", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace, { components: [{ type: "HEADER", format: "IMAGE" }, BODY] });
  const { conversationId } = await aConversation(db, workspace);
  const mediaId = await storedMedia(db, workspace.tenantId);
  const header = { type: "header", parameters: [{ type: "image", image: {} }] };
  const byParameter = await insert(db, conversationId, {
    ...shipped,
    parameters: { ...shipped.parameters, header: mediaId },
  });
  const byColumn = await insert(db, conversationId, shipped, mediaId);
  for (const message of [byParameter, byColumn]) {
    assert.deepEqual(message.content.components, [header, ...components]);
    assert.equal(message.media_id, mediaId);
    assert.equal(message.preview, "[image]\nHi Ann, order A-1 has shipped.");
  }
  const missing = { ...shipped, parameters: { ...shipped.parameters, header: workspace.channelId } };
  assert.equal(await refusal(db, () => insert(db, conversationId, missing)), "PYNFD");
});

story("sendTemplate creates the contact and the conversation where there is none", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  const parameters = JSON.stringify(shipped.parameters);
  const toContact = { name: "shipped", parameters };
  await become(db, agent);

  const phone = `+1555${digits(7)}`;
  const first = await send(db, { ...toContact, phone });
  const again = await send(db, { ...toContact, phone: phone.replace("+1555", "001 (555) ") });
  assert.equal(again.conversation_id, first.conversation_id);
  const { rows } = await db.query(
    "select p.id, p.phone, c.channel_id from app_public.conversations c join app_public.contacts p on p.id = c.contact_id",
  );
  assert.deepEqual(rows, [{ id: rows[0].id, phone, channel_id: workspace.channelId }]);
  assert.equal(
    (await send(db, { ...toContact, contact_id: rows[0]!.id })).conversation_id,
    first.conversation_id,
  );

  const { rows: contact } = await db.query(
    "insert into app_public.contacts (phone) values ($1) returning id",
    [`+1555${digits(7)}`],
  );
  const key = { ...toContact, contact_id: contact[0].id, idempotency_key: "one" };
  const sent = await send(db, key);
  assert.equal((await send(db, key)).id, sent.id);
  assert.equal(await refusal(db, () => send(db, { ...key, language: "en_US" })), "PYIDM");
  assert.equal(
    (await send(db, { ...toContact, conversation_id: first.conversation_id })).preview,
    "Hi Ann, order A-1 has shipped.",
  );

  const refused = (given: object) => refusal(db, () => send(db, { ...toContact, ...given }));
  assert.equal(await refused({}), "PYREQ");
  assert.equal(await refused({ phone, contact_id: contact[0].id }), "PYREQ");
  assert.equal(
    await refused({ conversation_id: first.conversation_id, channel_id: workspace.channelId }),
    "PYREQ",
  );
  assert.equal(await refused({ phone: "0171 1234567" }), "PYPHN");
  assert.equal(await refused({ contact_id: workspace.channelId }), "PYNFD");
  assert.equal(await refused({ phone, channel_id: contact[0].id }), "PYNFD");

  await becomeOwner(db);
  await db.query("update app_public.contacts set deleted_at = now() where id = $1", [rows[0]!.id]);
  await become(db, agent);
  assert.equal(await refused({ phone }), "PYDEL");
  await becomeOwner(db);
  await db.query("update app_public.contacts set deleted_at = null where id = $1", [rows[0]!.id]);
  const stranger = { ...toContact, phone: `+1555${digits(7)}` };
  await become(db, await anApiKey(db, workspace.tenantId, ["send"]));
  assert.equal(await refusal(db, () => send(db, stranger)), "PYDEN", "it may not create contacts");
  assert.equal((await send(db, { ...toContact, phone })).conversation_id, first.conversation_id);
});

story("a number that its contact has given up belongs to a new one", async (db) => {
  const workspace = await aWorkspace(db);
  await aTemplate(db, workspace);
  const { contactId, phone } = await aConversation(db, workspace);
  await db.query("update app_public.contact_identities set retired_at = now() where contact_id = $1", [
    contactId,
  ]);
  await db.query("update app_public.contacts set phone = null where id = $1", [contactId]);
  const message = await send(db, {
    name: "shipped",
    parameters: JSON.stringify(shipped.parameters),
    phone,
    channel_id: workspace.channelId,
  });
  const { rows } = await db.query("select contact_id from app_public.conversations where id = $1", [
    message.conversation_id,
  ]);
  assert.notEqual(rows[0].contact_id, contactId);
});

story("a text is filled with the contact's values, in double or single braces", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId, contactId } = await aConversation(db, workspace);
  await db.query(
    'update app_public.contacts set metadata = \'{"order_id": "A-1", "custom1": "x", "secret": "s"}\' where id = $1',
    [contactId],
  );
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const text = async (body: string, variables: object | null) => {
    const { rows } = await db.query("select * from app_public.send_message($1, $2, variables => $3)", [
      conversationId,
      { body },
      variables && JSON.stringify(variables),
    ]);
    return rows[0].preview;
  };
  assert.equal(await text("Hi {name}", null), "Hi {name}");
  assert.equal(
    await text("Hi {name}, {{contact.name|you}}: {order_id} {custom1}", {}),
    "Hi there, you: A-1 x",
  );
  assert.equal(await text("{order_id} {{link}} {secret}", { order_id: 7, link: "l" }), "7 l {secret}");
  assert.match(await text("{year}-{month}-{day} {date} {time}", {}), /^(\d{4}-\d\d-\d\d) \1 \d\d:\d\d$/);
  assert.equal(await refusal(db, () => text("{product}", {})), "PYREQ");
  assert.equal(await refusal(db, () => text("Hi", [])), "PYREQ");
});
