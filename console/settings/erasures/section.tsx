import { graphql } from "../../graphql/graphql.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const ERASURES = graphql(`
  query SettingsErasures($after: Cursor) {
    erasures(first: 50, after: $after, orderBy: [ERASED_AT_DESC]) {
      nodes {
        id erasedAt completedAt messageCount conversationCount fileCount runCount webhookCount
        requestedBy { nodeId user { id name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export default function Erasures() {
  const texts = useWords(words);
  const { dateTime, number } = useFormats();
  return (
    <Records
      title={texts.title}
      about={texts.about}
      document={ERASURES}
      connectionOf={({ erasures }) => erasures}
      keyOf={({ id }) => id}
      empty={{ icon: "trash", title: texts.empty }}
      view={(erasure) => ({
        title: texts.erased(dateTime(erasure.erasedAt)),
        about: (
          <>
            {texts.counts({
              messages: number(erasure.messageCount),
              conversations: number(erasure.conversationCount),
              files: number(erasure.fileCount),
              runs: number(erasure.runCount),
              webhooks: number(erasure.webhookCount),
            })}
            <br />
            {erasure.requestedBy?.user ? texts.by(erasure.requestedBy.user.name) : texts.byProgram} ·{" "}
            {texts.certificate(erasure.id)}
          </>
        ),
        badges: (
          <span className={erasure.completedAt ? "badge accent" : "badge warning"}>
            {erasure.completedAt ? texts.completed : texts.underWay}
          </span>
        ),
      })}
    />
  );
}
