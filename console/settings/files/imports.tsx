import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import type { MenuItem } from "../../ui/menu.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { List } from "../pattern/list.tsx";
import { Record } from "../pattern/record.tsx";
import { download } from "./transfer.ts";
import { words } from "./words.ts";

const IMPORTS = graphql(`
  query SettingsImports($after: Cursor) {
    imports(first: 20, after: $after, orderBy: [CREATED_AT_DESC]) {
      nodes {
        id filename isDryRun status rowCount processedCount createdCount updatedCount unchangedCount failedCount
        createdAt
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const START = graphql(`
  mutation StartImport($id: UUID!) { startImport(input: { importId: $id }) { clientMutationId } }
`);
const CANCEL = graphql(`
  mutation CancelImport($id: UUID!) { cancelImport(input: { importId: $id }) { clientMutationId } }
`);

type Import = NonNullable<ResultOf<typeof IMPORTS>["imports"]>["nodes"][number];

/** What was imported or checked, how far it is, and what can be done with it. */
export function Imports({ version, reload }: { version: number; reload: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const { number, ago } = useFormats();
  const start = async ({ id }: Import) => {
    await connection.mutate(START, { id });
    showToast(texts.started);
    reload();
  };
  const cancel = async ({ id }: Import) => {
    await connection.mutate(CANCEL, { id });
    reload();
  };
  const about = (each: Import) =>
    each.status === "running"
      ? texts.progress(number(each.processedCount), number(each.rowCount))
      : texts.counts({
          created: number(each.createdCount),
          updated: number(each.updatedCount),
          unchanged: number(each.unchangedCount),
          failed: number(each.failedCount),
        });
  const actions = (each: Import): MenuItem[] => [
    ...(each.isDryRun && each.status === "completed"
      ? [
          {
            label: texts.start,
            icon: "play" as const,
            onSelect: () => void start(each).catch(showProblem),
          },
        ]
      : []),
    ...(each.failedCount > 0
      ? [
          {
            label: texts.errors,
            icon: "download" as const,
            onSelect: () =>
              void download(connection, `/imports/${each.id}/errors`, "errors.csv").catch(showProblem),
          },
        ]
      : []),
    ...(each.status === "running"
      ? [
          {
            label: texts.cancel,
            icon: "stop" as const,
            isDanger: true,
            onSelect: () => void cancel(each).catch(showProblem),
          },
        ]
      : []),
  ];
  return (
    <>
      <h2>{texts.imports}</h2>
      <List
        document={IMPORTS}
        connectionOf={({ imports }) => imports}
        keyOf={({ id }) => id}
        version={version}
        empty={{ icon: "upload", title: texts.empty }}
        row={(each) => (
          <Record
            title={each.filename ?? texts.unnamed}
            about={`${about(each)} · ${ago(each.createdAt)}`}
            badges={
              <span className={each.status === "completed" && !each.isDryRun ? "badge accent" : "badge"}>
                {each.isDryRun && each.status === "completed" ? texts.dryRun : texts.statuses[each.status]}
              </span>
            }
            actions={actions(each)}
          />
        )}
      />
    </>
  );
}
