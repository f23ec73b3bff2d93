import { useRef, useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { List } from "../pattern/list.tsx";
import { Record } from "../pattern/record.tsx";
import { Section } from "../pattern/section.tsx";
import { browserName } from "./browser_name.ts";
import { words } from "./words.ts";

const SESSIONS = graphql(`
  query SettingsSessions($after: Cursor) {
    currentSessions(first: 50, after: $after) {
      nodes { id tenantSlug userAgent createdAt lastUsedAt isCurrent }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const END = graphql(`mutation EndSession($id: UUID!) { endSession(input: { id: $id }) { ended } }`);
const END_OTHERS = graphql(`mutation EndOtherSessions { endOtherSessions(input: {}) { endedSessions } }`);

export default function Sessions() {
  const texts = useWords(words);
  const connection = useConnection();
  const { ago, date } = useFormats();
  const [version, setVersion] = useState(0);
  const [isAsking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const end = async (id: string) => {
    await connection.mutate(END, { id });
    showToast(texts.ended);
    setVersion(version + 1);
    heading.current?.focus();
  };
  return (
    <Section
      title={texts.title}
      about={texts.about}
      headingRef={heading}
      action={<Button onClick={() => setAsking(true)}>{texts.endOthers}</Button>}
    >
      <List
        document={SESSIONS}
        connectionOf={({ currentSessions }) => currentSessions}
        keyOf={({ id }) => id}
        version={version}
        compare={(one, other) =>
          Number(other.isCurrent) - Number(one.isCurrent) || other.lastUsedAt.localeCompare(one.lastUsedAt)
        }
        empty={{ icon: "phone", title: texts.empty }}
        row={({ id, userAgent, tenantSlug, createdAt, lastUsedAt, isCurrent }) => {
          const name = userAgent ? browserName(userAgent) : texts.unknown;
          return (
            <Record
              title={name}
              about={`${tenantSlug} · ${texts.lastUsed(ago(lastUsedAt))} · ${texts.signedIn(date(createdAt))}`}
              badges={
                isCurrent ? (
                  <span className="badge accent">{texts.current}</span>
                ) : (
                  <Button aria-label={texts.endOf(name)} onClick={() => void end(id).catch(showProblem)}>
                    {texts.end}
                  </Button>
                )
              }
            />
          );
        }}
      />
      {isAsking && (
        <Confirm
          isDanger
          title={texts.question}
          action={texts.endOthers}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            const { endOtherSessions } = await connection.mutate(END_OTHERS, {});
            showToast(texts.endedOthers(endOtherSessions?.endedSessions ?? 0));
            setVersion(version + 1);
          }}
        >
          <p>{texts.consequence}</p>
        </Confirm>
      )}
    </Section>
  );
}
