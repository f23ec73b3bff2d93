import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Workspace } from "../support/people.ts";
import { aPicture, aStoredPicture } from "../support/received_media.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
});

const FETCH =
  "mutation ($id: UUID!) { fetchMedia(input: { mediaId: $id }) { media { id state errorCode } } }";
const THREAD = `query ($id: UUID!) {
  conversation(id: $id) {
    messages { nodes { id mediaId media { id state type mimeType size isVoice filename channel { id } } } }
  }
}`;

test("a message shows its file", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { id } = await aStoredPicture(database.pool, workspace, thread);
  const viewer = await aPerson(database.pool, workspace.tenantId, "viewer");
  const { data, errors } = await api.ask(viewer, THREAD, { id: thread.conversationId });
  assert.deepEqual(errors, []);
  assert.deepEqual(data.conversation.messages.nodes, [
    {
      id,
      mediaId: id,
      media: {
        ...{ id, state: "stored", type: "image", mimeType: "image/png", size: 10, isVoice: false },
        ...{ filename: null, channel: { id: workspace.channelId } },
      },
    },
  ]);
});

test("an agent has a file fetched; a viewer may not, and another tenant does not find it", async () => {
  const thread = await aConversation(database.pool, workspace);
  const id = await aPicture(database.pool, workspace, thread);
  await database.pool.query(
    "update app_public.media set state = 'failed', error_code = 'PYMAX' where id = $1",
    [id],
  );
  const viewer = await aPerson(database.pool, workspace.tenantId, "viewer");
  const stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  assert.equal((await api.ask(viewer, FETCH, { id })).code, "PYDEN");
  assert.equal((await api.ask(stranger, FETCH, { id })).code, "PYNFD");
  const fetched = await api.ask(agent, FETCH, { id });
  assert.deepEqual(fetched.data.fetchMedia.media, { id, state: "pending", errorCode: null });

  await database.pool.query(
    `with failed as (update app_public.media set state = 'failed', error_code = 'PYUNR' where id = $1)
     update app_private.provider_media set expires_at = now() where media_id = $1`,
    [id],
  );
  const late = await api.ask(agent, FETCH, { id });
  assert.deepEqual([late.code, late.errors[0]!.extensions.kind], ["PYGON", "not_found"]);
});

test("an admin sets the limit of a channel", async () => {
  const { tenantId, channelId } = await aWorkspace(database.pool);
  const admin = await aPerson(database.pool, tenantId, "admin");
  const limit = `mutation ($id: UUID!, $mediaLimit: Int) {
    updateChannel(input: { id: $id, patch: { mediaLimit: $mediaLimit } }) { channel { mediaLimit } }
  }`;
  const restrict = (mediaLimit: number | null) => api.ask(admin, limit, { id: channelId, mediaLimit });
  assert.equal((await restrict(5_000_000)).data.updateChannel.channel.mediaLimit, 5_000_000);
  assert.equal((await restrict(-1)).code, "PYCON");
  assert.equal((await restrict(null)).data.updateChannel.channel.mediaLimit, null);
});
