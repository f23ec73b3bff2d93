import "./settings.css";
import { Suspense } from "react";
import { Link } from "../routing/link.tsx";
import { useMay } from "../session/member.ts";
import { Icon } from "../ui/icon.tsx";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { words as patternWords } from "./pattern/words.ts";
import { GROUPS, type Group, SECTIONS, type SettingsSection } from "./sections.ts";
import { words } from "./words.ts";

/** The settings: their sections at the side, and one of them. On a narrow screen the list is a page of its own. */
export default function SettingsPage({ path }: { path: string }) {
  const texts = useWords(words);
  const { loading } = useWords(patternWords);
  const [name = "", ...rest] = path.split("/");
  const section = name === "" ? SECTIONS[0] : SECTIONS.find((each) => each.name === name);
  return (
    <div className={name === "" ? "settings is-list" : "settings"}>
      <nav aria-label={texts.navigation}>
        {name === "" && <h1 className="narrow-only">{texts.title}</h1>}
        {GROUPS.map((group) => (
          <NavigationGroup key={group.name} group={group} current={section} />
        ))}
      </nav>
      <div className="content" key={section?.name}>
        <Link to="settings" className="back">
          <Icon name="back" />
          {texts.back}
        </Link>
        <Suspense fallback={<Loading label={loading} />}>
          {section ? (
            <Content section={section} path={rest.join("/")} />
          ) : (
            <Failed message={texts.notFound} />
          )}
        </Suspense>
      </div>
    </div>
  );
}

function NavigationGroup({ group, current }: { group: Group; current: SettingsSection | undefined }) {
  const texts = useWords(words);
  const may = {
    viewer: useMay("viewer"),
    agent: useMay("agent"),
    admin: useMay("admin"),
    owner: useMay("owner"),
  };
  const sections = group.sections.filter(({ role }) => may[role]);
  if (sections.length === 0) return null;
  return (
    <section>
      <h2>{texts.groups[group.name]}</h2>
      <ul>
        {sections.map(({ name, icon }) => (
          <li key={name}>
            <Link to={`settings/${name}`} aria-current={name === current?.name ? "page" : undefined}>
              <Icon name={icon} />
              {texts.sections[name]}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Content({ section, path }: { section: SettingsSection; path: string }) {
  const texts = useWords(words);
  return useMay(section.role) ? <section.content path={path} /> : <Failed message={texts.notAllowed} />;
}
