/**
 * Functions that stand in hot statements and cost several times their work when they are called: Postgres puts them into
 * the statement instead. It does that only without a pinned search_path, and not when a function that is called immutable
 * calls what is not. So they name everything with its schema, and run as their caller. With each, a query that uses it.
 */
export const INLINED: Record<string, string> = {
  closing_rule_of:
    "select r.returns_to from app_public.conversations c, app_private.closing_rule_of(c.tenant_id, c.channel_id, c.team_id) r",
  recipient_state_of: "select app_private.recipient_state_of(m.status) from app_public.message_statuses m",
  chatbot_contact: "select app_hidden.chatbot_contact(c) from app_public.contacts c",
  claimed_messages:
    "select f.content from app_public.messages m, app_private.claimed_messages(array[m.id]) f where m.type = 'text'",
  counted_delivery:
    "select d.price_type from app_public.message_statuses m, app_hidden.counted_delivery(m.status, m.error_code, m.pricing) d",
  consent_word: "select app_hidden.consent_word(m.preview) from app_public.messages m",
  current_api_key_hash: "select app_hidden.current_api_key_hash()",
  current_user_id: "select app_hidden.current_user_id()",
  event_after_pause:
    "select app_hidden.event_after_pause(x.waiting_for, 'end', true, x.is_active, false) from app_public.conversation_contexts x",
  filter_operators: "select f.test from app_hidden.filter_operators() f where f.name = 'is'",
  filterable_fields: "select f.value from app_hidden.filterable_fields() f where f.name = 'tag'",
  find_status_messages:
    "select (select f.has_new_ids from app_private.find_status_messages(m.content) f) from app_public.messages m",
  identity_at:
    "select (select i.contact_id from app_private.identity_at(m.tenant_id, 'phone', m.preview, m.occurred_at) i) from app_public.messages m",
  identity_match_key: "select app_hidden.identity_match_key('phone', m.preview) from app_public.messages m",
  is_marketing:
    "select app_private.is_marketing(m.type, t.category, m.campaign_id) from app_public.messages m, app_public.templates t",
  is_placeholder: "select app_private.is_placeholder(m.type) from app_public.messages m",
  message_id_at: "select app_private.message_id_at(m.occurred_at, m.id) from app_public.messages m",
  job: "select array_agg(app_private.job('send_messages', run_at => m.occurred_at)) from app_public.messages m",
  job_key: "select app_private.job_key('send_messages', m.id) from app_public.messages m",
  keeps_error: "select app_private.keeps_error(m.status) from app_public.message_statuses m",
  parameter_problem: "select app_hidden.parameter_problem('a', m.content) from app_public.messages m",
  message_preview: "select app_hidden.message_preview(m.type, m.content) from app_public.messages m",
  is_window_open:
    "select app_hidden.is_window_open(m.occurred_at, interval '1 day') from app_public.messages m",
  has_own_content: "select app_private.has_own_content(m.type, m.content) from app_public.messages m",
  is_short_template: "select app_hidden.is_short_template(m.content) from app_public.messages m",
  is_sendable: "select app_hidden.is_sendable(t.status) from app_public.templates t",
  template_refusal: "select app_hidden.template_refusal(t.status) from app_public.templates t",
  template_language: "select app_hidden.template_language(t.language) from app_public.templates t",
  is_answer:
    "select app_private.is_answer(m.direction, m.origin, m.type, m.author) from app_public.messages m",
  is_listed:
    "select app_private.is_listed(m.direction, m.origin, m.type, m.content) from app_public.messages m",
  is_users_answer:
    "select app_hidden.is_users_answer(m.direction, m.author, m.origin) from app_public.messages m",
  merge_statuses:
    "select (select count(*) from app_private.merge_statuses(m.content, array[m.id], now()) f) from app_public.messages m",
  messages_current: "select f.current_preview from app_public.messages m, app_public.messages_current(m) f",
  message_changes_user:
    "select f.name from app_public.message_changes c, app_public.message_changes_user(c) f",
  messages_media: "select f.state from app_public.messages m, app_public.messages_media(m) f",
  messages_user: "select f.name from app_public.messages m, app_public.messages_user(m) f",
  messages_edits: "select f.id from app_public.messages m, app_public.messages_edits(m) f",
  messages_message_status:
    "select f.status from app_public.messages m, app_public.messages_message_status(m) f",
  messages_quoted_message: "select f.id from app_public.messages m, app_public.messages_quoted_message(m) f",
  messages_reactions: "select f.emoji from app_public.messages m, app_public.messages_reactions(m) f",
  names_file: "select app_private.names_file(m.type, m.content) from app_public.messages m",
  needs_attention:
    "select app_private.needs_attention(m.direction, m.origin, m.type, m.content) from app_public.messages m",
  phone_range: "select app_hidden.phone_range(c.phone, array[1]) from app_public.contacts c",
  clean_name: "select app_hidden.clean_name(c.name) from app_public.contacts c",
  phone_prefixes: "select app_hidden.phone_prefixes(c.phone) from app_public.contacts c",
  opens_window:
    "select app_private.opens_window(m.direction, m.origin, m.type, m.content) from app_public.messages m",
  provider_id_hash: "select app_private.provider_id_hash(m.tenant_id, m.preview) from app_public.messages m",
  received_preview:
    "select app_hidden.received_preview(m.origin, m.type, m.content) from app_public.messages m",
  reply_window_of:
    "select (select w.* from app_private.reply_window_of(m.conversation_id) w) from app_public.messages m",
  recipient_refusal:
    "select app_private.recipient_refusal(p, c.window_expires_at, k, true, null, false) from app_public.conversations c join app_public.contacts p on p.id = c.contact_id join app_public.channels h on h.id = c.channel_id join app_public.channel_kinds k on k.kind = h.kind",
  status_after: "select app_private.status_after(m.error_code, m.status) from app_public.message_statuses m",
  template_problem: "select app_hidden.template_problem(m.content) from app_public.messages m",
  turn_events:
    "select (select f.events from app_private.turn_events(m.conversation_id, array[m.id]) f) from app_public.messages m",
  uuid_v7: "select app_hidden.uuid_v7()",
  visible_text: "select app_hidden.visible_text(m.preview) from app_public.messages m",
  may_be_consent:
    "select app_private.may_be_consent(m.direction, m.origin, m.type, m.preview) from app_public.messages m",
  wakes_chatbot: "select app_private.wakes_chatbot(m.direction, m.origin, m.type) from app_public.messages m",
};
