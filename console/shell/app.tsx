import { useEffect, useSyncExternalStore } from "react";
import { currentSession, onSessionChange } from "../session/session.ts";
import { SignIn } from "../session/sign_in.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { SignedIn } from "./signed_in.tsx";
import { followTheme } from "./theme.ts";
import { words } from "./words.ts";

/** The console: the page to sign in, or all pages of the tenant that is signed in to. */
export function App() {
  const session = useSyncExternalStore(onSessionChange, currentSession);
  const language = useLanguage();
  const { close } = useWords(words);
  useEffect(() => followTheme(), []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <>
      {/* Nothing of one session outlives it: another one begins with new components. */}
      {session ? <SignedIn key={`${session.userId} ${session.tenantId}`} /> : <SignIn />}
      <Toasts closeLabel={close} />
    </>
  );
}
