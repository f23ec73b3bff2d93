/** A choice of this browser that outlives the session: the language, how the console looks. */
export class Preference<Value extends string> {
  readonly #key: string;
  readonly #watchers = new Set<() => void>();
  #value: Value;

  constructor(name: string, values: readonly Value[], initial: Value) {
    this.#key = `parley.preference.${name}`;
    const stored = localStorage.getItem(this.#key);
    this.#value = values.find((value) => value === stored) ?? initial;
  }

  get = (): Value => this.#value;

  set(value: Value): void {
    this.#value = value;
    localStorage.setItem(this.#key, value);
    for (const watcher of this.#watchers) watcher();
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
}
