import { Icon } from "../../ui/icon.tsx";
import { Empty } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";

/** What is wrong with the draft as it is on the screen, errors first. A click goes to the node. */
export function ProblemList() {
  const texts = useWords(builderWords);
  const names = useNames();
  const { problems, draft, goTo } = useBuilder();
  if (problems.length === 0) {
    return (
      <Empty icon="check" title={texts.noProblems}>
        {texts.noProblemsHint}
      </Empty>
    );
  }
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity !== "error");
  return (
    <>
      <p className="soft">{texts.problemCount(errors.length, warnings.length)}</p>
      <ul className="problems">
        {[...errors, ...warnings].map(({ code, graphNodeId, message, path, severity }) => {
          const node = draft.nodes.find(({ id }) => id === graphNodeId);
          return (
            <li key={`${code} ${graphNodeId} ${path} ${message}`}>
              <button
                type="button"
                className={`problem-row ${severity}`}
                disabled={!node}
                onClick={() => node && goTo(node.id)}
              >
                <Icon name="warning" />
                <span>
                  <strong>{node ? names.node(node) : texts.wholeChatbot}</strong>
                  <span lang="en">{message}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
