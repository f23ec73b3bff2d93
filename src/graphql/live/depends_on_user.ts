/**
 * What depends on who the caller is, beyond their tenant and role, because a policy or a function asks for the user, the
 * session or the API key: tables of app_public with the name of their type, functions with that of their field
 * ("Type.field"). A subscription that selects one of these is read for each session and key separately; all others are
 * read once for all callers with the same role. A test of the catalog finds what is missing here.
 */
export const DEPENDS_ON_USER: Readonly<Record<string, string>> = {
  api_keys: "ApiKey",
  canned_replies: "CannedReply",
  canned_replies_filled: "CannedReply.filled",
  groups_count: "Group.count",
  segments_count: "Segment.count",
  views: "View",
  views_count: "View.count",
};
