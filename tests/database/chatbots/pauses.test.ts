import assert from "node:assert/strict";
import ends from "../../cases/pause_ends.json" with { type: "json" };
import settings from "../../cases/pause_settings.json" with { type: "json" };
import { stories } from "../../support/story.ts";

const story = stories();

story("pause_length() and after_pause read settings as chatbotSettings() does", async (db) => {
  for (const { says, settings: given, seconds, afterPause } of settings) {
    const { rows } = await db.query(
      "select extract(epoch from app_private.pause_length($1))::float8 as seconds",
      [given],
    );
    assert.equal(rows[0].seconds, seconds, says);
    const version = await db.query(
      `with tenant as (insert into app_public.tenants (slug, name) values ('t' || gen_random_uuid(), 'T') returning id),
       chatbot as (
         insert into app_public.chatbots (tenant_id, name) select id, 'Bot' from tenant returning tenant_id, id
       )
       insert into app_public.chatbot_versions (tenant_id, chatbot_id, number, nodes, edges, settings)
       select tenant_id, id, 1, '[]', '[]', $1 from chatbot
       returning after_pause`,
      [given],
    );
    assert.equal(version.rows[0].after_pause, afterPause, says);
  }
});

story("event_after_pause() and eventAfterPause() are one rule", async (db) => {
  for (const {
    says,
    event,
    waitingFor,
    afterPause = "resume",
    wasPaused = true,
    isOpen = true,
    isDue = false,
  } of ends) {
    const { rows } = await db.query("select app_hidden.event_after_pause($1, $2, $3, $4, $5) as event", [
      waitingFor,
      afterPause,
      wasPaused,
      isOpen,
      isDue,
    ]);
    assert.equal(rows[0].event, event, says);
  }
});
