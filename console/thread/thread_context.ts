import { createContext, useContext } from "react";
import type { MediaUrls } from "./bubble/media_urls.ts";
import type { Bubble } from "./documents.ts";

/** What the parts of an open thread need of it. */
export type ThreadActions = {
  conversationId: string;
  /** What the customer is called. */
  contactName: string;
  /** The account whose templates can be sent. */
  businessAccountId: string | null;
  mediaUrls: MediaUrls;
  /** Scrolls to a message, wherever in the thread it is. */
  goTo: (messageId: string) => void;
  /** Begins an answer that quotes the message. */
  quote: (message: Bubble) => void;
  /** Sets the reaction of the business; an empty one takes it back. */
  react: (message: Bubble, emoji: string) => void;
  /** Puts a text that was not sent back into the composer. */
  takeBack: (text: string) => void;
  /** Shows a picture or video in full. */
  view: (message: Bubble) => void;
  /** Reads a message again. */
  refresh: (messageId: string) => void;
};

export const ThreadContext = createContext<ThreadActions | null>(null);

export function useThread(): ThreadActions {
  return useContext(ThreadContext)!;
}
