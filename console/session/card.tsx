import { type ReactNode, useEffect } from "react";
import { Icon } from "../ui/icon.tsx";
import { LANGUAGES, language, useLanguage } from "../words/language.ts";

const NAMES = { en: "English", tr: "Türkçe" } as const;

/** The frame of what is shown to people who are not signed in. Nothing on it names a tenant. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  const current = useLanguage();
  useEffect(() => {
    document.title = `${title} · Parley`;
  }, [title]);
  return (
    <main className="sign-in">
      <div className="card">
        <div className="brand">
          <Icon name="parley" />
          Parley
        </div>
        <h1>{title}</h1>
        {children}
        <div className="languages">
          {LANGUAGES.map((each) => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === current}
              onClick={() => language.set(each)}
            >
              {NAMES[each]}
            </button>
          ))}
        </div>
      </div>
    </main>
  );
}
