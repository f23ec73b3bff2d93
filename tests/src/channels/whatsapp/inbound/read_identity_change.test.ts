import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContactIdentity } from "../../../../../src/channels/facts/contact_identity.ts";
import { BSUID, body, factsOf, metadata, PARENT_BSUID, SAID_AT, SAID_AT_MS } from "./bodies.ts";
import { testFields } from "./fields.ts";

const nobody: ContactIdentity = {
  phone: null,
  phoneAlias: null,
  bsuid: null,
  parentBsuid: null,
  external: null,
};

const NEXT_BSUID = "BR.11111111111111111111";

testFields([
  {
    field: "user_id_update",
    value: {
      metadata,
      user_id_update: [
        {
          wa_id: "5511998765432",
          user_id: { previous: BSUID, current: NEXT_BSUID },
          parent_user_id: { previous: PARENT_BSUID, current: PARENT_BSUID },
          timestamp: SAID_AT,
        },
        { timestamp: SAID_AT },
      ],
    },
    expect: [
      {
        kind: "identity_change",
        before: {
          phone: "+5511998765432",
          phoneAlias: null,
          bsuid: BSUID,
          parentBsuid: PARENT_BSUID,
          external: null,
        },
        after: {
          phone: "+5511998765432",
          phoneAlias: null,
          bsuid: NEXT_BSUID,
          parentBsuid: PARENT_BSUID,
          external: null,
        },
      },
      { kind: "other", reason: "a user id update without ids" },
    ],
  },
  {
    field: "messages",
    says: "a changed number",
    value: {
      metadata,
      messages: [
        {
          from: "5511998765432",
          id: "wamid.N",
          timestamp: SAID_AT,
          type: "system",
          system: { type: "customer_changed_number", new_wa_id: "5581987654321", body: "changed" },
        },
      ],
    },
    expect: [
      { kind: "message", type: "system" },
      {
        kind: "identity_change",
        before: { phone: "+5511998765432", phoneAlias: null, bsuid: null, parentBsuid: null, external: null },
        after: { phone: "+5581987654321", phoneAlias: null, bsuid: null, parentBsuid: null, external: null },
        occurredAt: SAID_AT_MS,
      },
    ],
  },
  {
    field: "messages",
    says: "a changed BSUID",
    value: {
      metadata,
      messages: [
        {
          from_user_id: BSUID,
          id: "wamid.N",
          type: "system",
          system: { type: "user_changed_user_id", user_id: NEXT_BSUID },
        },
      ],
    },
    expect: [{ kind: "message", type: "system" }, { kind: "identity_change" }],
  },
  {
    field: "user_id_update",
    says: "the ids beside each other",
    value: { metadata, user_id_update: { user_id: NEXT_BSUID, previous_user_id: BSUID } },
    expect: [
      {
        kind: "identity_change",
        before: { ...nobody, bsuid: BSUID },
        after: { ...nobody, bsuid: NEXT_BSUID },
      },
    ],
  },
]);

type Change = {
  says: string;
  message?: object;
  system: object;
  before: Partial<ContactIdentity> | null;
  after?: Partial<ContactIdentity>;
  /** In whose thread the message is; the old addresses' unless given. */
  contact?: Partial<ContactIdentity>;
};

const OLD_NUMBER = "+5511998765432";
const NEW_NUMBER = "+5581987654321";
const NEXT_PARENT = "BR.ENT.30934711860055121";

/** The shapes in which a change of addresses comes. */
const CHANGES: Change[] = [
  {
    says: "the sender is the old id",
    message: { from_user_id: BSUID },
    system: { type: "user_changed_user_id", user_id: NEXT_BSUID },
    before: { bsuid: BSUID },
    after: { bsuid: NEXT_BSUID },
  },
  {
    says: "the sender is the new id, and the old one is named",
    message: { from_user_id: NEXT_BSUID },
    system: { type: "user_changed_user_id", user_id: NEXT_BSUID, previous_user_id: BSUID },
    before: { bsuid: BSUID },
    after: { bsuid: NEXT_BSUID },
  },
  {
    says: "no sender, and the old ids are named",
    system: {
      type: "user_changed_user_id",
      user_id: NEXT_BSUID,
      parent_user_id: NEXT_PARENT,
      previous_user_id: BSUID,
      previous_parent_user_id: PARENT_BSUID,
    },
    before: { bsuid: BSUID, parentBsuid: PARENT_BSUID },
    after: { bsuid: NEXT_BSUID, parentBsuid: NEXT_PARENT },
  },
  {
    says: "a new number beside the new id",
    message: { from: NEW_NUMBER, from_user_id: NEXT_BSUID },
    system: {
      type: "user_changed_number",
      wa_id: NEW_NUMBER.slice(1),
      user_id: NEXT_BSUID,
      previous_user_id: BSUID,
    },
    before: { bsuid: BSUID },
    after: { phone: NEW_NUMBER, bsuid: NEXT_BSUID },
  },
  {
    says: "the old number as the sender, the new id beside it",
    message: { from: OLD_NUMBER, from_user_id: NEXT_BSUID },
    system: { type: "user_changed_number", wa_id: NEW_NUMBER, user_id: NEXT_BSUID },
    before: { phone: OLD_NUMBER },
    after: { phone: NEW_NUMBER, bsuid: NEXT_BSUID },
  },
  {
    says: "the new sender's number, of which the message says nothing",
    message: { from: NEW_NUMBER, from_user_id: NEXT_BSUID },
    system: { type: "user_changed_user_id", user_id: NEXT_BSUID, previous_user_id: BSUID },
    before: { bsuid: BSUID },
    after: { phone: NEW_NUMBER, bsuid: NEXT_BSUID },
  },
  {
    says: "no sender, and the old id only in the text",
    system: {
      type: "user_changed_user_id",
      user_id: NEXT_BSUID,
      body: `User Rosa changed from ${BSUID} to ${NEXT_BSUID}`,
    },
    before: { bsuid: BSUID },
    after: { bsuid: NEXT_BSUID },
  },
  {
    says: "no sender, and the old number only in the text",
    system: {
      type: "user_changed_number",
      wa_id: NEW_NUMBER,
      body: `changed from ${OLD_NUMBER} to ${NEW_NUMBER}.`,
    },
    before: { phone: OLD_NUMBER },
    after: { phone: NEW_NUMBER },
  },
  {
    says: "a name that pretends to be an address",
    system: {
      type: "user_changed_user_id",
      user_id: NEXT_BSUID,
      body: `User changed from 447700900123 to changed from ${BSUID} to ${NEXT_BSUID}`,
    },
    before: { bsuid: BSUID },
    after: { bsuid: NEXT_BSUID },
  },
  {
    says: "a text that ends with another address",
    system: { type: "user_changed_user_id", user_id: NEXT_BSUID, body: `from ${BSUID} to 447700900123` },
    before: null,
    contact: { bsuid: NEXT_BSUID },
  },
  {
    says: "no old address anywhere",
    message: { from_user_id: NEXT_BSUID },
    system: { type: "user_changed_user_id", user_id: NEXT_BSUID, body: "User changed" },
    before: null,
    contact: { bsuid: NEXT_BSUID },
  },
];

for (const { says, message, system, before, after, contact } of CHANGES)
  test(`a change of addresses: ${says}`, () => {
    const said = { id: "wamid.S", timestamp: SAID_AT, type: "system", system, ...message };
    const [item, change] = factsOf(body("messages", { metadata, messages: [said] }));
    assert.ok(item?.kind === "message");
    assert.deepEqual(item.contact, { ...nobody, ...(contact ?? before) });
    if (before === null) return assert.equal(change, undefined);
    assert.ok(change?.kind === "identity_change");
    assert.deepEqual(change.before, { ...nobody, ...before });
    assert.deepEqual(change.after, { ...nobody, ...after });
    assert.equal(change.occurredAt, SAID_AT_MS);
  });
