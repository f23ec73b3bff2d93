import { setTimeout as delay } from "node:timers/promises";

type Sighting = { at: number; signs: ReadonlySet<string> };

const INTERVAL_MS = 250;
const ANSWER_MS = 4_000;
/** Metrics that say by their mere presence, or by being above zero, that something is wrong or has to wait. */
const SIGNS =
  /^(parley_channel_queued_messages\{[^}]*reason="(?:throttled|waiting|sending|stopped)"|parley_outbox_messages\{state="(?:uncertain|sending|queued)"|parley_webhooks_total\{status="\d+"|parley_jobs\{state="given_up"|parley_workers\{state="\w+")[^}]*\} (\S+)$/;
const CLOCK_OFFSET = /^parley_database_clock_offset_seconds (\S+)$/;
/** As the alert ParleyClockOffset. */
const LONGEST_OFFSET_SECONDS = 2;

/**
 * What the monitoring of the installation would see: `/health/ready` of the API, and `/metrics` of each process, several times
 * a second. A counter that has grown since the look before has a sign of its own, which begins with "more".
 */
export class Watch {
  readonly #url: string;
  readonly #metricsUrls: readonly string[];
  readonly #counters = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #sightings: Sighting[] = [];
  readonly #running: Promise<void>;

  constructor(url: string, metricsUrls: readonly string[]) {
    this.#url = url;
    this.#metricsUrls = metricsUrls;
    this.#running = this.#run();
  }

  /** Whether a sign was seen since `at`. */
  hasSeen(sign: string | RegExp, at: number): boolean {
    const matches = (seen: string) => (typeof sign === "string" ? seen === sign : sign.test(seen));
    return this.#sightings.some((each) => each.at >= at && [...each.signs].some(matches));
  }

  get last(): ReadonlySet<string> {
    return this.#sightings.at(-1)?.signs ?? new Set();
  }

  /** Whether the last look found an installation that works. */
  get isReady(): boolean {
    return this.last.has("ready");
  }

  /** Whether a look that began after `at` found an installation that works. */
  isReadySince(at: number): boolean {
    return this.isReady && this.#sightings.at(-1)!.at > at;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const at = performance.now();
      const metrics = this.#metricsUrls.map((url) => this.#metrics(url));
      const signs = await Promise.all([this.#health(), ...metrics]);
      this.#sightings.push({ at, signs: new Set(signs.flat()) });
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #health(): Promise<string[]> {
    try {
      const response = await fetch(`${this.#url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const { status, checks } = (await response.json()) as {
        status: string;
        checks: Record<string, { ok: boolean }>;
      };
      const failed = Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : `health ${name}`));
      return [status === "not ready" ? "not ready" : "ready", ...failed];
    } catch {
      return ["unreachable"];
    }
  }

  async #metrics(url: string): Promise<string[]> {
    try {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const lines = (await response.text()).split("\n");
      return lines.flatMap((line) => this.#signsOf(line, url));
    } catch {
      return [];
    }
  }

  #signsOf(line: string, url: string): string[] {
    const offset = Number(CLOCK_OFFSET.exec(line)?.[1] ?? 0);
    if (Math.abs(offset) > LONGEST_OFFSET_SECONDS) return ["a clock is wrong"];
    const found = SIGNS.exec(line);
    if (!found) return [];
    const name = `${found[1]}}`;
    const value = Number(found[2]);
    if (name.startsWith("parley_workers")) return [`${name} ${value}`];
    const before = this.#counters.get(`${url} ${name}`) ?? 0;
    this.#counters.set(`${url} ${name}`, value);
    return [...(value > 0 ? [name] : []), ...(value > before ? [`more ${name}`] : [])];
  }
}
