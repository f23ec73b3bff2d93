import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { usePath } from "../routing/location.ts";
import { AcceptInvitation } from "../session/accept_invitation.tsx";
import { INVITATION_PATH, PASSWORD_PATH } from "../session/account_links.ts";
import { ResetPassword } from "../session/reset_password.tsx";
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
  const linkPage = LINK_PAGES[usePath()];
  return (
    <>
      {/* Nothing of one session outlives it: another one begins with new components. */}
      {linkPage ?? (session ? <SignedIn key={`${session.userId} ${session.tenantId}`} /> : <SignIn />)}
      <Toasts closeLabel={close} />
    </>
  );
}

/** What links in e-mails lead to, whether somebody is signed in or not. */
const LINK_PAGES: Readonly<Record<string, ReactNode>> = {
  [INVITATION_PATH]: <AcceptInvitation />,
  [PASSWORD_PATH]: <ResetPassword />,
};
