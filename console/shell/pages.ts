import { type ComponentType, lazy } from "react";
import { UnreadCount } from "../inbox/unread_count.tsx";
import type { Role } from "../session/member.ts";
import type { IconName } from "../ui/icon.tsx";

/** A page of the console: the first part of its path, and what the navigation shows of it. The rest of the path is the page's. */
export type Page = {
  path: string;
  name: "inbox" | "chatbots" | "contacts" | "campaigns" | "audiences" | "templates" | "figures" | "settings";
  icon: IconName;
  /** `g` and this key go there. */
  key: string;
  /** Who sees it. */
  role: Role;
  content: ComponentType<{ path: string }>;
  /** How much waits there, shown on the navigation of all pages. */
  count?: ComponentType;
};

export const PAGES: readonly Page[] = [
  {
    path: "inbox",
    name: "inbox",
    icon: "inbox",
    key: "i",
    role: "viewer",
    content: lazy(() => import("../inbox/page.tsx")),
    count: UnreadCount,
  },
  {
    path: "contacts",
    name: "contacts",
    icon: "people",
    key: "p",
    role: "viewer",
    content: lazy(() => import("../contacts/page.tsx")),
  },
  {
    path: "chatbots",
    name: "chatbots",
    icon: "chatbot",
    key: "b",
    role: "viewer",
    content: lazy(() => import("../chatbots/page.tsx")),
  },
  {
    path: "campaigns",
    name: "campaigns",
    icon: "campaign",
    key: "c",
    role: "viewer",
    content: lazy(() => import("../campaigns/page.tsx")),
  },
  {
    path: "audiences",
    name: "audiences",
    icon: "people",
    key: "a",
    role: "viewer",
    content: lazy(() => import("../audiences/page.tsx")),
  },
  {
    path: "templates",
    name: "templates",
    icon: "template",
    key: "t",
    role: "viewer",
    content: lazy(() => import("../templates/page.tsx")),
  },
  {
    path: "figures",
    name: "figures",
    icon: "figures",
    key: "f",
    role: "viewer",
    content: lazy(() => import("../figures/page.tsx")),
  },
  {
    path: "settings",
    name: "settings",
    icon: "settings",
    key: "s",
    role: "viewer",
    content: lazy(() => import("../settings/page.tsx")),
  },
];
