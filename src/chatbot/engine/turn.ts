import type { Json, JsonObject } from "../../base/json/json.ts";
import { sanitize } from "../../base/json/sanitize.ts";
import { type GraphKinds, type GraphNode, nodeType } from "../graph/graph.ts";
import { type GraphIndex, indexGraph } from "../graph/graph_index.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { type ChatbotVersion, currentGraph } from "../graph/version.ts";
import { split } from "../text/cut.ts";
import { display, plainText } from "../text/display.ts";
import { interpolate } from "../text/template.ts";
import { type Texts, textsIn } from "../text/texts.ts";
import { assign, resolve } from "../text/variables.ts";
import { type Budget, check, NO_BUDGET } from "./budget.ts";
import type { Context, Instant, NodeOutput, Timer, TimerKind } from "./context.ts";
import type { Effect, LogCode, OutboundMessage } from "./effect.ts";
import { after } from "./instant.ts";
import type { WaitTime } from "./wait_time.ts";

/** The limit of a text message, in characters. */
const TEXT_LIMIT = 4096;

/** How much one turn may write, as a multiple of the limit of all variables. */
const WRITES_PER_SIZE = 10;

/** Observes a turn; must not change it. */
type TurnObserver = (turn: Turn) => void;

/** Options of a turn. */
export type TurnOptions = {
  /** Called when the turn begins and when it enters a node; must not change the turn. */
  observe?: TurnObserver;
  /** The time budget. When it is used up, the run fails. */
  budget?: Budget;
};

/**
 * A turn in progress: its own copy of the context, and the effects so far. It is all that nodes have access to, which keeps
 * `advance` pure.
 */
export class Turn {
  readonly version: ChatbotVersion;
  readonly #kinds: GraphKinds;
  readonly context: Context;
  readonly now: Instant;
  readonly effects: Effect[] = [];
  readonly texts: Texts;
  /** The number of nodes entered in this turn. */
  steps = 0;
  /** Whether a message was not sent because the limit of replies an hour was reached. */
  isMuted = false;
  /** Whether the turn has written more than it may. A graph could otherwise double a variable at every step. */
  hasWrittenTooMuch = false;
  /** For a trace: called when the turn begins, and when a node is entered. */
  readonly observe: TurnObserver | undefined;
  /** For a trace: the names of variables that were set, as often as they were; kept only if there is an observer. */
  readonly touched: string[] = [];
  readonly budget: Budget;
  /** How many characters this turn may still write. */
  #writable: number;

  constructor(
    version: ChatbotVersion,
    context: Context,
    now: Instant,
    kinds: GraphKinds,
    { observe, budget }: TurnOptions = {},
  ) {
    this.version = version;
    this.#kinds = kinds;
    this.context = context;
    this.now = now;
    this.observe = observe;
    this.budget = budget ?? NO_BUDGET;
    this.#writable = WRITES_PER_SIZE * version.settings.maxVariablesSize;
    this.texts = textsIn(version.settings.language);
    observe?.(this);
  }

  get settings(): ChatbotSettings {
    return this.version.settings;
  }

  /** The current graph: the run's own, or that of the innermost subflow; null when that graph no longer exists. */
  get graph(): GraphIndex | null {
    const graph = currentGraph(this.version, this.context.frames);
    return graph && indexGraph(graph, this.#kinds);
  }

  resolve(path: string): Json | undefined {
    return resolve(this.context.variables, path);
  }

  assign(name: string, value: Json): void {
    check(this.budget);
    if (name !== "" && this.#spend(value)) this.#touch(assign(this.context.variables, name, sanitize(value)));
  }

  /** Stores a node's result under the name its author gave, if any, and under its automatic name. */
  assignResult(node: GraphNode, authorsName: string, field: string, value: Json): void {
    this.assign(authorsName, value);
    // Automatic names are flat by definition: `question_1.response` is one key.
    const prefix = this.graph?.names.get(node.id);
    if (prefix === undefined || !this.#spend(value)) return;
    this.context.variables[`${prefix}.${field}`] = sanitize(value);
    this.#touch(`${prefix}.${field}`);
  }

  /** Replaces all variables. */
  exchange(variables: JsonObject): void {
    for (const name of [...Object.keys(this.context.variables), ...Object.keys(variables)]) this.#touch(name);
    this.context.variables = variables;
  }

  #touch(name: string | null): void {
    if (this.observe && name !== null) this.touched.push(name);
  }

  /** Fills variables into a text for people. */
  fill(node: GraphNode, template: string): string {
    return this.#interpolate(node, template, (value) => display(value, this.texts));
  }

  /** Fills variables into a text for programs. */
  fillPlain(node: GraphNode, template: string, encode: (text: string) => string = (text) => text): string {
    return this.#interpolate(node, template, (value) => encode(plainText(value)));
  }

  #interpolate(node: GraphNode, template: string, render: (value: Json) => string): string {
    const written = (value: Json) => {
      check(this.budget);
      const text = this.hasWrittenTooMuch ? "" : render(value);
      return this.#spend(text) ? text : "";
    };
    return interpolate(template, this.context.variables, written, (path) => {
      check(this.budget);
      this.log(node, "unresolved_variable", path);
    });
  }

  #spend(value: Json): boolean {
    this.#writable -= size(value, this.#writable);
    this.hasWrittenTooMuch ||= this.#writable < 0;
    return !this.hasWrittenTooMuch;
  }

  /** Sends a text, in several messages if it is too long for one. */
  say(node: GraphNode, text: string, metadata?: JsonObject): void {
    if (text.trim() === "") this.log(node, "empty_message", node.id);
    for (const body of split(text, TEXT_LIMIT)) {
      check(this.budget);
      this.send(node, { type: "text", content: { body } }, metadata);
      if (this.isMuted) return;
    }
  }

  send(node: GraphNode, message: OutboundMessage, metadata?: JsonObject): void {
    const { replies } = this.context;
    if (Date.parse(this.now) - Date.parse(replies.since) >= 3_600_000) {
      replies.since = this.now;
      replies.count = 0;
    }
    if (replies.count >= this.settings.maxRepliesPerHour) {
      this.isMuted = true;
      return;
    }
    replies.count++;
    this.effects.push({ kind: "send", nodeId: node.id, message, ...(metadata && { metadata }) });
  }

  log(node: GraphNode | null, code: LogCode, detail: string): void {
    this.effects.push({ kind: "log", nodeId: node?.id ?? null, code, detail });
  }

  /** Records the result of a node. */
  record(node: GraphNode, output: Partial<NodeOutput>): void {
    const subflow = this.context.frames.at(-1)?.chatbotId;
    const key = subflow === undefined ? node.id : `${subflow}/${node.id}`;
    const label = typeof node.data.label === "string" ? node.data.label : "";
    const fresh = { nodeType: nodeType(node), label, at: this.now, success: true };
    const recorded = sanitize({ ...fresh, ...output }) as NodeOutput;
    // Defined, not assigned, so that an id like `__proto__` is an ordinary key.
    const property = { value: recorded, enumerable: true, writable: true, configurable: true };
    Object.defineProperty(this.context.nodeOutputs, key, property);
  }

  /** The timer of a wait; null for a wait without a limit. */
  timerFor({ kind, seconds }: WaitTime): Timer | null {
    return seconds === null ? null : this.timer(kind, seconds);
  }

  timer<Kind extends TimerKind>(kind: Kind, seconds: number): { kind: Kind; at: Instant } {
    return { kind, at: after(this.now, seconds) };
  }

  /** A string that is unique among all draws of all runs: a request id or a seed. */
  draw(): string {
    return `${this.context.runId}:${++this.context.draws}`;
  }
}

/** The approximate length of a value's JSON. Counting stops once it exceeds `limit`. */
function size(value: Json, limit: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 4;
  let sum = 2;
  for (const [key, field] of Object.entries(value)) {
    if (sum > limit) break;
    sum += key.length + size(field, limit - sum);
  }
  return sum;
}
