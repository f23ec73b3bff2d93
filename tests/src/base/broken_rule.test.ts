import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { brokenCheck, brokenReference, missingValue, takenValue } from "../../../src/base/broken_rule.ts";

function refusal(more: Partial<pg.DatabaseError>): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("secret", 1, "error"), more);
}

test("a failed check names the field and what must hold", () => {
  const checks: [table: string, constraint: string, message: string][] = [
    ["invitations", "invitations_email_is_address", '"email" of invitations must be a valid address'],
    ["tags", "tags_name_has_length", '"name" of tags must be neither empty nor too long'],
    ["messages", "messages_content_is_object", '"content" of messages must be a JSON object'],
    ["contacts", "contacts_metadata_is_at_most_32_kb", '"metadata" of contacts must be at most 32 kB'],
    [
      "idempotency_keys",
      "idempotency_keys_key_has_length",
      '"key" of idempotency keys must be neither empty nor too long',
    ],
    ["users", "users_avatar_url_is_https", '"avatarUrl" of users must be an http(s) address'],
    ["channels", "channels_messages_per_second_in_range", '"messagesPerSecond" of channels is out of range'],
    ["api_keys", "api_keys_scopes_is_not_empty", '"scopes" of api keys must not be empty'],
    ["media", "media_size_is_not_negative", '"size" of media is out of range'],
    [
      "closing_rules",
      "closing_rules_closes_after_is_5_minutes_to_a_year",
      '"closesAfter" of closing rules must be between five minutes and a year',
    ],
    [
      "data_sources",
      "data_sources_api_key_has_header",
      "A value breaks a rule: data sources api key has header",
    ],
  ];
  for (const [table, constraint, message] of checks)
    assert.equal(brokenCheck(refusal({ table, constraint })), message);
  assert.equal(brokenCheck(refusal({})), "A value breaks a rule");
});

test("a taken or missing value and a broken reference name the field, never the value", () => {
  const key = "Key (tenant_id, name)=(1, secret)";
  assert.equal(
    takenValue(refusal({ table: "tags", detail: `${key} already exists.` })),
    '"name" of tags is taken',
  );
  assert.equal(
    takenValue(
      refusal({ table: "contact_tags", detail: "Key (tenant_id, contact_id, tag_id)=(1, 2, 3) exists" }),
    ),
    '"contactId" with "tagId" of contact tags is taken',
  );
  assert.equal(
    takenValue(refusal({ table: "x", detail: "Key (lower(name))=(a) exists" })),
    "This value is taken",
  );
  assert.equal(
    brokenReference(
      refusal({
        table: "contact_tags",
        detail: 'Key (tenant_id, tag_id)=(1, 2) is not present in table "tags".',
      }),
    ),
    '"tagId" of contact tags refers to a row that does not exist',
  );
  assert.equal(
    brokenReference(
      refusal({ table: "messages", detail: 'Key (id)=(1) is still referenced from table "messages".' }),
    ),
    "Rows of messages still refer to it",
  );
  assert.equal(
    missingValue(refusal({ table: "contact_tags", column: "tag_id" })),
    '"tagId" of contact tags must not be null',
  );
});
