import advanceChatbots from "../../tasks/advance_chatbots.ts";
import applyRetention from "../../tasks/apply_retention.ts";
import blockContact from "../../tasks/block_contact.ts";
import callForChatbot from "../../tasks/call_for_chatbot.ts";
import closeInactiveConversations from "../../tasks/close_inactive_conversations.ts";
import completeErasure from "../../tasks/complete_erasure.ts";
import countChatbotActivity from "../../tasks/count_chatbot_activity.ts";
import endSnoozes from "../../tasks/end_snoozes.ts";
import failOptedOutMessages from "../../tasks/fail_opted_out_messages.ts";
import feedCampaigns from "../../tasks/feed_campaigns.ts";
import fetchMedia from "../../tasks/fetch_media.ts";
import importContacts from "../../tasks/import_contacts.ts";
import mailInvitation from "../../tasks/mail_invitation.ts";
import mailPasswordReset from "../../tasks/mail_password_reset.ts";
import maintain from "../../tasks/maintain.ts";
import markRead from "../../tasks/mark_read.ts";
import reconcileOutbox from "../../tasks/reconcile_outbox.ts";
import recountFigures from "../../tasks/recount_figures.ts";
import removeMediaFiles from "../../tasks/remove_media_files.ts";
import reportConversion from "../../tasks/report_conversion.ts";
import resumeChatbot from "../../tasks/resume_chatbot.ts";
import retryWebhooks from "../../tasks/retry_webhooks.ts";
import ringChatbotTimer from "../../tasks/ring_chatbot_timer.ts";
import rollUpFigures from "../../tasks/roll_up_figures.ts";
import sealAudit from "../../tasks/seal_audit.ts";
import sendMessages from "../../tasks/send_messages.ts";
import sendScheduledMessages from "../../tasks/send_scheduled_messages.ts";
import sendTemplateChange from "../../tasks/send_template_change.ts";
import syncTemplates from "../../tasks/sync_templates.ts";
import uploadMedia from "../../tasks/upload_media.ts";
import type { Tasks } from "../jobs/tasks.ts";
import type { WorkerContext } from "./worker_context.ts";

/** All tasks; the file name of each is its name in the registry. */
export function workerTasks(context: WorkerContext): Tasks {
  return {
    advance_chatbots: advanceChatbots(context),
    apply_retention: applyRetention(context),
    block_contact: blockContact(context),
    call_for_chatbot: callForChatbot(context),
    close_inactive_conversations: closeInactiveConversations(context),
    complete_erasure: completeErasure(context),
    count_chatbot_activity: countChatbotActivity(context),
    send_scheduled_messages: sendScheduledMessages(context),
    end_snoozes: endSnoozes(context),
    fail_opted_out_messages: failOptedOutMessages(context),
    feed_campaigns: feedCampaigns(context),
    fetch_media: fetchMedia(context),
    import_contacts: importContacts(context),
    mail_invitation: mailInvitation(context),
    mail_password_reset: mailPasswordReset(context),
    maintain: maintain(context),
    mark_read: markRead(context),
    reconcile_outbox: reconcileOutbox(context),
    recount_figures: recountFigures(context),
    remove_media_files: removeMediaFiles(context),
    report_conversion: reportConversion(context),
    resume_chatbot: resumeChatbot(context),
    retry_webhooks: retryWebhooks(context),
    ring_chatbot_timer: ringChatbotTimer(context),
    roll_up_figures: rollUpFigures(context),
    seal_audit: sealAudit(context),
    send_messages: sendMessages(context),
    send_template_change: sendTemplateChange(context),
    sync_templates: syncTemplates(context),
    upload_media: uploadMedia(context),
  };
}
