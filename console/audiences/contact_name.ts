import { useWords } from "../words/language.ts";
import type { NamedContact } from "./audience_documents.ts";
import { words } from "./words.ts";

type Names = Pick<NamedContact, "name" | "profileName" | "phone"> & { email?: string | null };

/** What people call a contact, and what tells it from others of that name. */
export function useContactName(): (contact: Names) => { name: string; detail: string } {
  const { unnamed } = useWords(words);
  return ({ name, profileName, phone, email = null }) => {
    const shown = name ?? profileName ?? phone ?? email ?? unnamed;
    return { name: shown, detail: [phone, email].filter((each) => each && each !== shown).join(" · ") };
  };
}
