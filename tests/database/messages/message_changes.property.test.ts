import "../../support/fixed_seed.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import { conversationOf, edit, hear, reaction, revoke, type Said } from "../../support/messages.ts";
import { aConversation, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();
const START = Date.now() - 86_400_000;
const TARGETS = 3;

/** What a customer or the phone app did, in the order of time; one a second. */
const deed = fc.record({
  target: fc.nat(TARGETS - 1),
  kind: fc.constantFrom("reaction", "reaction", "taken back", "edit", "edit", "revoke"),
  word: fc.constantFrom("👍", "❤️", "😂"),
  isEcho: fc.boolean(),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

/** The messages in a conversation with this prefix of ids: the targets, then the deeds. */
function messagesOf(prefix: string, deeds: readonly Deed[]): Said[] {
  const common = (n: number, isEcho: boolean): Said => ({
    wamid: `${prefix}.${n}`,
    at: new Date(START + n * 1000),
    origin: isEcho ? "echo" : "live",
  });
  const targets = Array.from({ length: TARGETS }, (_, n) => ({
    ...common(n, n === 1),
    content: { body: `said ${n}` },
  }));
  const changes = deeds.map(({ target, kind, word, isEcho }, n) => {
    const more = common(TARGETS + n, isEcho);
    const wamid = `${prefix}.${target}`;
    switch (kind) {
      case "edit":
        return edit(wamid, `${word} ${n}`, more);
      case "revoke":
        return revoke(wamid, more);
      default:
        return reaction(wamid, kind === "reaction" ? word : "", more);
    }
  });
  return [...targets, ...changes];
}

/** What members see of the conversation. */
async function seen(db: pg.PoolClient, workspace: Workspace, conversationId: string, prefix: string) {
  const { rows: messages } = await db.query(
    `select m.preview, c.*,
       array(select r.author || ' ' || r.emoji from app_public.messages_reactions(m) r) as reactions,
       array(select e.content ->> 'body' from app_public.messages_edits(m) e) as edits
     from generate_series(0, $3::int - 1) n
     cross join app_public.message_by_provider_id($1, $2 || '.' || n) m
     cross join lateral app_public.messages_current(m) c`,
    [workspace.channelId, prefix, TARGETS],
  );
  const { last_message_id, last_message_preview, last_message_at } = await conversationOf(db, conversationId);
  const { rows } = await db.query("select provider_message_id from app_public.messages where id = $1", [
    last_message_id,
  ]);
  const last = rows[0].provider_message_id.slice(prefix.length);
  return { messages, last, last_message_preview, last_message_at };
}

story("in whatever order and however often changes are delivered, members see the same", async (db) => {
  const workspace = await aWorkspace(db);
  let conversations = 0;
  const after = async (deeds: readonly Deed[], batches: readonly number[][]) => {
    const thread = await aConversation(db, workspace);
    const prefix = `wamid.${conversations++}`;
    const said = messagesOf(prefix, deeds);
    for (const batch of batches) await hear(db, workspace, thread, ...batch.map((n) => said[n]!));
    return seen(db, workspace, thread.conversationId, prefix);
  };
  const example = fc.array(deed, { minLength: 1, maxLength: 12 }).chain((deeds) => {
    const all = Array.from({ length: TARGETS + deeds.length }, (_, n) => n);
    const twice = fc.shuffledSubarray([...all, ...all], { minLength: all.length, maxLength: 2 * all.length });
    return fc.tuple(fc.constant(deeds), fc.constant(all), twice, fc.integer({ min: 1, max: 6 }));
  });
  await fc.assert(
    fc.asyncProperty(example, async ([deeds, all, shuffled, size]) => {
      const inOrder = await after(
        deeds,
        all.map((n) => [n]),
      );
      const rest = all.filter((n) => !shuffled.includes(n));
      const order = [...shuffled, ...rest];
      const batches = Array.from({ length: Math.ceil(order.length / size) }, (_, n) =>
        order.slice(n * size, (n + 1) * size),
      );
      assert.deepEqual(await after(deeds, batches), inOrder);
    }),
    { numRuns: 60 },
  );
});
