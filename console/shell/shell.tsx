import { Component, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { go, usePath } from "../routing/location.ts";
import { useMay, useMember } from "../session/member.ts";
import { Icon } from "../ui/icon.tsx";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { AccountMenu } from "./account_menu.tsx";
import { attention } from "./attention.ts";
import { KeyList } from "./key_list.tsx";
import { useShortcuts } from "./keys.ts";
import { PAGES, type Page } from "./pages.ts";
import { words } from "./words.ts";

/** The frame of all pages. */
export function Shell() {
  const texts = useWords(words);
  const { membership } = useMember();
  const path = usePath();
  const [name = "", ...rest] = path.split("/");
  const page = PAGES.find((each) => each.path === name);
  const waiting = useSyncExternalStore(attention.watch, attention.get);
  const [showsKeys, setShowsKeys] = useState(false);
  useShortcuts({
    ...Object.fromEntries(PAGES.map((each) => [`g ${each.key}`, () => go(each.path)])),
    "?": () => setShowsKeys(true),
  });
  useEffect(() => {
    if (path === "") go("inbox", { isReplaced: true });
  }, [path]);
  useEffect(() => {
    const name = page ? texts[page.name] : "Parley";
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${name} · ${membership.tenant.name}`;
  }, [page, texts, membership.tenant.name, waiting]);
  return (
    <div className="shell">
      <nav aria-label={texts.navigation}>
        <div className="brand">
          <Icon name="parley" />
        </div>
        {PAGES.map((each) => (
          <NavigationItem key={each.path} page={each} isCurrent={each === page} />
        ))}
        <div className="foot">
          <AccountMenu onShowKeys={() => setShowsKeys(true)} />
        </div>
      </nav>
      <main>
        <ErrorBoundary key={name} message={texts.pageFailed} reload={texts.reload}>
          <Suspense fallback={<Loading label={texts.loading} />}>
            {page ? (
              <PageContent page={page} path={rest.join("/")} />
            ) : (
              path !== "" && <Failed message={texts.notFound} />
            )}
          </Suspense>
        </ErrorBoundary>
      </main>
      <Reconnecting />
      {showsKeys && <KeyList onClose={() => setShowsKeys(false)} />}
    </div>
  );
}

function NavigationItem({ page, isCurrent }: { page: Page; isCurrent: boolean }) {
  const texts = useWords(words);
  if (!useMay(page.role)) return null;
  return (
    <Link to={page.path} className="navigation-item" aria-current={isCurrent ? "page" : undefined}>
      <Icon name={page.icon} />
      {texts[page.name]}
      {page.count && <page.count />}
    </Link>
  );
}

function PageContent({ page, path }: { page: Page; path: string }) {
  const texts = useWords(words);
  return useMay(page.role) ? <page.content path={path} /> : <Failed message={texts.notAllowed} />;
}

/** Says so when the connection has been lost for a moment. */
function Reconnecting() {
  const texts = useWords(words);
  const { socketState } = useConnection();
  const lostAt = useSyncExternalStore(socketState.watch, () => socketState.lostAt);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    setShown(false);
    if (lostAt === null) return;
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [lostAt]);
  return <div role="status">{isShown && <div className="banner">{texts.reconnecting}</div>}</div>;
}

const SHOWN_AFTER_MS = 3_000;

/** A page that fails leaves the navigation, and the others. */
class ErrorBoundary extends Component<{ message: string; reload: string; children: ReactNode }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="page">
        <Failed message={`${this.props.message}: ${this.state.error.message}`}>
          <p>
            <button type="button" className="button" onClick={() => location.reload()}>
              {this.props.reload}
            </button>
          </p>
        </Failed>
      </div>
    );
  }
}
