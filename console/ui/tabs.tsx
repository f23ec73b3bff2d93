import "./tabs.css";
import { Link } from "../routing/link.tsx";

/** Links between the parts of a page, of which one is shown. */
export function Tabs({
  label,
  current,
  tabs,
}: {
  label: string;
  /** The path of the tab that is shown. */
  current: string;
  tabs: readonly { to: string; name: string }[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ to, name }) => (
        <Link key={to} to={to} aria-current={to === current ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
