import { useEffect, useState } from "react";
import { Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { Copyable } from "../pattern/copyable.tsx";
import { Record as Row } from "../pattern/record.tsx";
import { Panel, Section } from "../pattern/section.tsx";
import { words } from "./words.ts";

/** What GET /health/ready answers. */
type Health = {
  status: "ready" | "degraded" | "not ready";
  checks: Record<string, { ok: boolean; detail?: string }>;
};

const LOOK_MS = 10_000;
const LOOKS = { ready: "badge accent", degraded: "badge warning", "not ready": "badge danger" } as const;

export default function HealthSection() {
  const texts = useWords(words);
  const health = useHealth();
  if (health === undefined) return <Loading label={texts.title} />;
  return (
    <Section
      title={texts.title}
      about={texts.about}
      action={health && <span className={LOOKS[health.status]}>{texts.statuses[health.status]}</span>}
    >
      {health === null ? (
        <Failed message={texts.unreachable} />
      ) : (
        <ul className="records">
          {Object.entries(health.checks).map(([name, { ok, detail }]) => (
            <li key={name}>
              <Row
                title={texts.checks[name as keyof typeof texts.checks] ?? name}
                about={detail}
                badges={
                  <span className={ok ? "badge accent" : "badge danger"}>{ok ? texts.ok : texts.failed}</span>
                }
              />
            </li>
          ))}
        </ul>
      )}
      <Panel title={texts.doctor} about={texts.doctorAbout}>
        <Copyable label={texts.command} text="npx parley doctor" />
      </Panel>
    </Section>
  );
}

/** Undefined until the first answer, null while the server cannot be reached. */
function useHealth(): Health | null | undefined {
  const [health, setHealth] = useState<Health | null>();
  useEffect(() => {
    const look = () =>
      fetch("/health/ready")
        .then((response) => response.json())
        .then(setHealth, () => setHealth(null));
    void look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return health;
}
