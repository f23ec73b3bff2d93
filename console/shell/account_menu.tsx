import { useSyncExternalStore } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { useMember } from "../session/member.ts";
import { signOut, switchTenant } from "../session/sign_out.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { LANGUAGES, language, useLanguage, useWords } from "../words/language.ts";
import { THEMES, theme } from "./theme.ts";
import { words } from "./words.ts";

/** The user: other tenants, how the console looks, and the way out. */
export function AccountMenu({ onShowKeys }: { onShowKeys: () => void }) {
  const texts = useWords(words);
  const { user, tenants } = useMember();
  const connection = useConnection();
  const currentTheme = useSyncExternalStore(theme.watch, theme.get);
  const currentLanguage = useLanguage();
  const items: MenuItem[] = [
    ...tenants
      .filter(({ isCurrent }) => !isCurrent)
      .map(({ id, name }) => ({
        label: texts.switchTenant(name),
        icon: "forward" as const,
        onSelect: () => void switchTenant(id).catch(showProblem),
      })),
    ...THEMES.map((each) => ({
      label: texts.theme[each],
      isChecked: each === currentTheme,
      onSelect: () => theme.set(each),
    })),
    ...LANGUAGES.map((each) => ({
      label: texts.language[each],
      isChecked: each === currentLanguage,
      onSelect: () => language.set(each),
    })),
    { label: texts.keys, icon: "help", onSelect: onShowKeys },
    { label: texts.signOut, icon: "sign-out", onSelect: () => void signOut(connection) },
  ];
  return (
    <Menu
      label={texts.account}
      className="navigation-item"
      trigger={
        <>
          <Avatar name={user.name ?? user.email} />
          <span className="visually-hidden">{texts.account}: </span>
          {user.name ?? user.email}
        </>
      }
      items={items}
    />
  );
}
