import { useConnection } from "../../graphql/use_connection.ts";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useWords } from "../../words/language.ts";
import { type Head, SNOOZE } from "../documents.ts";
import { mondayMorning, tomorrowMorning } from "../moments.ts";
import { headerWords } from "./words.ts";

/** Puts the conversation aside until later. */
export function SnoozeMenu({
  head,
  run,
}: {
  head: Head;
  run: (action: () => Promise<unknown>) => Promise<void>;
}) {
  const texts = useWords(headerWords);
  const connection = useConnection();
  const snooze = (until?: Date | null) =>
    void run(() =>
      connection.mutate(SNOOZE, {
        input: {
          conversationId: head.id,
          ...(until !== undefined && { until: until?.toISOString() ?? null }),
        },
      }),
    );
  const now = new Date();
  const items: (MenuItem | false)[] = [
    head.snoozedUntil !== null && { label: texts.endSnooze, icon: "bell", onSelect: () => snooze(null) },
    { label: texts.untilMessage, onSelect: () => snooze() },
    { label: texts.hour, onSelect: () => snooze(new Date(now.getTime() + 3_600_000)) },
    { label: texts.tomorrow, onSelect: () => snooze(tomorrowMorning(now)) },
    { label: texts.monday, onSelect: () => snooze(mondayMorning(now)) },
  ];
  return <Menu label={texts.snooze} icon="snooze" items={items.filter((item) => item !== false)} />;
}
