import { createContext, useContext } from "react";
import { IconButton } from "../ui/button.tsx";
import { useWords } from "../words/language.ts";
import { words } from "./words.ts";

/** Whether the contact is shown beside the conversation, and how to change that. */
export const ContactShownContext = createContext<{
  isShown: boolean;
  show: (isShown: boolean) => void;
} | null>(null);

/** Shows and hides the contact of the open conversation; for the conversation's header. */
export function ContactToggle() {
  const texts = useWords(words);
  const contact = useContext(ContactShownContext);
  if (!contact) return null;
  const { isShown, show } = contact;
  return (
    <IconButton
      label={isShown ? texts.hideContact : texts.showContact}
      icon="user"
      aria-pressed={isShown}
      className="contact-toggle"
      onClick={() => show(!isShown)}
    />
  );
}
