import type { IconName } from "../../ui/icon.tsx";

export type KindGroup = "talk" | "decide" | "connect" | "people" | "frame" | "other";

/** How a kind of node looks. Colours are the group's. */
const LOOKS: Readonly<Record<string, { icon: IconName; group: KindGroup }>> = {
  start: { icon: "play", group: "frame" },
  message: { icon: "send", group: "talk" },
  question: { icon: "help", group: "talk" },
  whatsapp_flow: { icon: "template", group: "talk" },
  ai_reply: { icon: "chatbot", group: "talk" },
  condition: { icon: "branch", group: "decide" },
  set_variable: { icon: "edit", group: "decide" },
  ab_split: { icon: "filter", group: "decide" },
  delay: { icon: "clock", group: "decide" },
  jump: { icon: "forward", group: "decide" },
  subflow: { icon: "copy", group: "decide" },
  rest_api: { icon: "link", group: "connect" },
  data_source: { icon: "data", group: "connect" },
  google_calendar: { icon: "calendar", group: "connect" },
  wait_for_callback: { icon: "download", group: "connect" },
  handoff: { icon: "team", group: "people" },
  update_contact: { icon: "user", group: "people" },
  end: { icon: "stop", group: "frame" },
};

export function lookOf(type: string): { icon: IconName; group: KindGroup } {
  return LOOKS[type] ?? { icon: "help", group: "other" };
}

export const GROUPS: readonly KindGroup[] = ["talk", "decide", "connect", "people", "frame", "other"];
