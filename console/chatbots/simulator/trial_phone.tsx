import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { simulatorWords } from "../words/simulator_words.ts";
import { Bubble } from "./bubble.tsx";
import { TrialDetails } from "./trial_details.tsx";
import { type Calls, useTrial } from "./use_trial.ts";

const MINUTE = 60_000;
const WAITS = { tenMinutes: 10 * MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE } as const;

/** A customer's phone, on which the draft answers, with the clock in the author's hand. */
export function TrialPhone() {
  const texts = useWords(simulatorWords);
  const language = useLanguage();
  const [calls, setCalls] = useState<Calls>({ calls: "stubbed", httpStub: null });
  const { trial, isBusy, isOutdated, start, reply, waitUntil } = useTrial(calls);
  const [text, setText] = useState("");
  const log = useRef<HTMLDivElement>(null);
  const hasBegun = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is opened
  useEffect(() => {
    if (!hasBegun.current) start();
    hasBegun.current = true;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is at the end
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [trial]);

  const later = (ms: number) => trial && waitUntil(new Date(Date.parse(trial.now) + ms).toISOString());
  const clock =
    trial &&
    new Date(trial.now).toLocaleString(language, { weekday: "short", hour: "2-digit", minute: "2-digit" });
  const isLast = (index: number) => trial !== null && !trial.isOver && index === lastMenu(trial.entries);
  return (
    <>
      <div className="phone" data-own-keys>
        <header>
          <span className="clock" title={texts.clock}>
            <Icon name="clock" />
            {clock}
          </span>
          <IconButton label={texts.restart} icon="refresh" disabled={isBusy} onClick={start} />
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls with the keyboard */}
        <div ref={log} className="log" role="log" aria-label={texts.conversation} tabIndex={0}>
          {trial?.entries.map((entry, index) => (
            <Bubble
              // biome-ignore lint/suspicious/noArrayIndexKey: entries are only added
              key={index}
              entry={entry}
              canTap={isLast(index) && !isBusy}
              onTap={(id, title) => reply(id, title)}
            />
          ))}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() === "" || !trial || trial.isOver) return;
            reply(text);
            setText("");
          }}
        >
          <input
            className="input"
            aria-label={texts.write}
            placeholder={trial?.waitsFor === "flow" ? texts.writeForm : texts.write}
            value={text}
            disabled={!trial || trial.isOver}
            onChange={({ target }) => setText(target.value)}
          />
          <IconButton
            label={texts.send}
            icon="send"
            type="submit"
            look="primary"
            disabled={isBusy || !trial || trial.isOver}
          />
        </form>
      </div>
      {isOutdated && (
        <p className="notice">
          <span>{texts.outdated}</span>
          <Button onClick={start}>{texts.restart}</Button>
        </p>
      )}
      {trial && !trial.isOver && (
        <fieldset className="waits">
          <legend>{texts.letTimePass}</legend>
          {(Object.keys(WAITS) as (keyof typeof WAITS)[]).map((name) => (
            <Button key={name} disabled={isBusy} onClick={() => later(WAITS[name])}>
              {texts.waits[name]}
            </Button>
          ))}
          {trial.timerAt && (
            <Button disabled={isBusy} onClick={() => waitUntil(trial.timerAt!)}>
              {texts.untilTimer}
            </Button>
          )}
        </fieldset>
      )}
      {trial && <TrialDetails trial={trial} calls={calls} onCalls={setCalls} />}
    </>
  );
}

/** Only the last menu is answered; a tap on an earlier one is answered with it. */
function lastMenu(entries: readonly { kind: string }[]): number {
  return entries.findLastIndex(({ kind }) => kind === "bot");
}
