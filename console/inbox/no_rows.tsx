import { Link } from "../routing/link.tsx";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import type { ListState } from "./conversation_list.ts";
import { type Choice, writeChoice } from "./views.ts";
import { words } from "./words.ts";

/** What stands in place of the rows: that they are on their way, that there are none, or why not. */
export function NoRows({
  choice,
  state: { isLoaded, problem },
  onRetry,
}: {
  choice: Choice;
  state: ListState;
  onRetry: () => void;
}) {
  const texts = useWords(words);
  if (problem)
    return (
      <Failed message={`${problem.message} (${problem.code})`}>
        <p>
          <Button icon="refresh" onClick={onRetry}>
            {texts.retry}
          </Button>
        </p>
      </Failed>
    );
  if (!isLoaded) return <Loading label={texts.loading} />;
  const isFirstView = writeChoice(choice) === "";
  return (
    <Empty icon="inbox" title={texts.noneTitle}>
      {isFirstView ? (
        <p>{texts.noneText}</p>
      ) : (
        <>
          <p>{texts.noneFiltered}</p>
          <Link to="inbox" className="button">
            {texts.showAll}
          </Link>
        </>
      )}
    </Empty>
  );
}
