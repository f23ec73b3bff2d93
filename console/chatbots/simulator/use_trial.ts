import { useEffect, useRef, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { showProblem } from "../../ui/toasts.tsx";
import { useBuilder } from "../builder/builder_context.ts";
import type { Draft } from "../graph/draft.ts";
import { CONTINUE, START, type Step } from "./documents.ts";
import { afterStep, type Entry, type Trial } from "./trial.ts";

/** How calls are answered, and what with. */
export type Calls = { calls: "stubbed" | "real"; httpStub: unknown };

/** A run of the draft on the screen, which the author answers. The server plays it and keeps nothing. */
export function useTrial({ calls, httpStub }: Calls) {
  const connection = useConnection();
  const { chatbot, draft, light } = useBuilder();
  const [trial, setTrial] = useState<Trial | null>(null);
  const [isBusy, setBusy] = useState(false);
  /** The graph that the run began with: a change of it is not in what was said before. */
  const [graph, setGraph] = useState<Pick<Draft, "nodes" | "edges" | "settings"> | null>(null);
  const latestLight = useRef(light);
  latestLight.current = light;
  // When the panel is closed, the canvas is only the graph again.
  useEffect(() => () => latestLight.current(null), []);

  const { nodes, edges, settings } = draft;
  const input = {
    chatbotId: chatbot.id,
    nodes,
    edges,
    settings,
    calls,
    ...(httpStub !== null && { httpStub }),
  };
  const show = (next: Trial) => {
    setTrial(next);
    light({ path: next.step.path, current: next.isOver ? null : next.current });
  };
  const play = async (step: () => Promise<Step | null | undefined>, before: Trial | null, said: Entry[]) => {
    setBusy(true);
    try {
      const played = await step();
      if (played) show(afterStep(before, played, said));
    } catch (error) {
      showProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const proceed = (more: { reply?: string; at?: string }, said: Entry[]) => {
    if (!trial) return;
    void play(
      async () =>
        (await connection.mutate(CONTINUE, { input: { ...input, state: trial.step.state, ...more } }))
          .continueSimulation,
      trial,
      said,
    );
  };
  return {
    trial,
    isBusy,
    /** Whether the graph has been edited since the run began. */
    isOutdated:
      graph !== null && (graph.nodes !== nodes || graph.edges !== edges || graph.settings !== settings),
    start: () => {
      setGraph({ nodes, edges, settings });
      void play(async () => (await connection.mutate(START, { input })).startSimulation, null, []);
    },
    reply: (text: string, shown = text) => proceed({ reply: text }, [{ kind: "customer", text: shown }]),
    /** Lets time pass until then; timers that are due fire. */
    waitUntil: (at: string) => proceed({ at }, [{ kind: "time", at }]),
  };
}
