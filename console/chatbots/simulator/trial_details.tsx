import { useState } from "react";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import type { Json } from "../graph/draft.ts";
import { JsonEditor } from "../inspector/json_editor.tsx";
import { simulatorWords } from "../words/simulator_words.ts";
import { useNames } from "../words/use_names.ts";
import { ownVariables, type Trial } from "./trial.ts";
import type { Calls } from "./use_trial.ts";

/** Beside the phone: the way through the graph, the variables, and how calls are answered. */
export function TrialDetails({
  trial,
  calls,
  onCalls,
}: {
  trial: Trial;
  calls: Calls;
  onCalls: (calls: Calls) => void;
}) {
  const texts = useWords(simulatorWords);
  const names = useNames();
  const { draft, goTo } = useBuilder();
  const [stub, setStub] = useState<Json | undefined>();
  const variables = ownVariables(trial.step.variables);
  return (
    <div className="details">
      <details>
        <summary>{texts.path(trial.step.path.length)}</summary>
        <ol className="path">
          {trial.step.path.map((id, index) => {
            const node = draft.nodes.find((each) => each.id === id);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a run may enter a node again
              <li key={index}>
                <button type="button" className="node-chip" disabled={!node} onClick={() => goTo(id)}>
                  {node ? names.node(node) : id}
                </button>
              </li>
            );
          })}
        </ol>
      </details>
      <details>
        <summary>{texts.variables(variables.length)}</summary>
        <dl className="values">
          {variables.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <details>
        <summary>{texts.calls}</summary>
        <div className="stack tight">
          <label className="choice-row">
            <input
              type="radio"
              name="calls"
              checked={calls.calls === "stubbed"}
              onChange={() => onCalls({ ...calls, calls: "stubbed" })}
            />
            <span>
              {texts.stubbed}
              <small>{texts.stubbedHint}</small>
            </span>
          </label>
          {calls.calls === "stubbed" && (
            <JsonEditor
              given={{ "aria-label": texts.stub }}
              value={stub}
              onChange={(next) => {
                setStub(next);
                onCalls({ ...calls, httpStub: next ?? null });
              }}
              isObject
            />
          )}
          <label className="choice-row">
            <input
              type="radio"
              name="calls"
              checked={calls.calls === "real"}
              onChange={() => onCalls({ ...calls, calls: "real" })}
            />
            <span>
              {texts.real}
              <small>{texts.realHint}</small>
            </span>
          </label>
        </div>
      </details>
    </div>
  );
}
