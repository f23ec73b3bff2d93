import { type ComponentType, lazy } from "react";
import type { Role } from "../session/member.ts";
import type { IconName } from "../ui/icon.tsx";
import type { words } from "./words.ts";

type Name = keyof (typeof words)["en"]["sections"];

/** A section of the settings: the path below /console/settings, and who sees it. */
export type SettingsSection = {
  name: Name;
  icon: IconName;
  role: Role;
  content: ComponentType<{ path: string }>;
};

export type Group = { name: keyof (typeof words)["en"]["groups"]; sections: readonly SettingsSection[] };

export const GROUPS: readonly Group[] = [
  {
    name: "account",
    sections: [
      { name: "profile", icon: "user", role: "viewer", content: lazy(() => import("./profile/section.tsx")) },
      {
        name: "security",
        icon: "shield",
        role: "viewer",
        content: lazy(() => import("./security/section.tsx")),
      },
      {
        name: "sessions",
        icon: "phone",
        role: "viewer",
        content: lazy(() => import("./sessions/section.tsx")),
      },
    ],
  },
  {
    name: "workspace",
    sections: [
      {
        name: "general",
        icon: "settings",
        role: "viewer",
        content: lazy(() => import("./general/section.tsx")),
      },
      { name: "people", icon: "people", role: "viewer", content: lazy(() => import("./people/section.tsx")) },
      {
        name: "teams",
        icon: "team",
        role: "viewer",
        content: lazy(() => import("./teams/section.tsx")),
      },
      {
        name: "channels",
        icon: "channel",
        role: "viewer",
        content: lazy(() => import("./channels/section.tsx")),
      },
      { name: "keys", icon: "key", role: "admin", content: lazy(() => import("./keys/section.tsx")) },
    ],
  },
  {
    name: "conversations",
    sections: [
      {
        name: "replies",
        icon: "reply",
        role: "viewer",
        content: lazy(() => import("./replies/section.tsx")),
      },
      { name: "tags", icon: "tag", role: "viewer", content: lazy(() => import("./tags/section.tsx")) },
      {
        name: "closing",
        icon: "check",
        role: "viewer",
        content: lazy(() => import("./closing/section.tsx")),
      },
    ],
  },
  {
    name: "contacts",
    sections: [
      { name: "fields", icon: "file", role: "viewer", content: lazy(() => import("./fields/section.tsx")) },
      {
        name: "keywords",
        icon: "stop",
        role: "viewer",
        content: lazy(() => import("./keywords/section.tsx")),
      },
      { name: "prices", icon: "figures", role: "admin", content: lazy(() => import("./prices/section.tsx")) },
    ],
  },
  {
    name: "integrations",
    sections: [
      { name: "sources", icon: "data", role: "admin", content: lazy(() => import("./sources/section.tsx")) },
      {
        name: "calendars",
        icon: "calendar",
        role: "admin",
        content: lazy(() => import("./calendars/section.tsx")),
      },
    ],
  },
  {
    name: "data",
    sections: [
      { name: "files", icon: "upload", role: "viewer", content: lazy(() => import("./files/section.tsx")) },
      {
        name: "retention",
        icon: "clock",
        role: "admin",
        content: lazy(() => import("./retention/section.tsx")),
      },
      {
        name: "erasures",
        icon: "trash",
        role: "admin",
        content: lazy(() => import("./erasures/section.tsx")),
      },
      { name: "audit", icon: "history", role: "admin", content: lazy(() => import("./audit/section.tsx")) },
      { name: "health", icon: "help", role: "viewer", content: lazy(() => import("./health/section.tsx")) },
    ],
  },
];

export const SECTIONS = GROUPS.flatMap(({ sections }) => sections);
