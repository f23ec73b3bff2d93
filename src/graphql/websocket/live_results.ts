import type { ExecutionResult, FormattedExecutionResult } from "postgraphile/graphql";

type Source = AsyncGenerator<ExecutionResult, void, void>;
type Results = AsyncGenerator<FormattedExecutionResult, void, void>;

type Hooks = {
  mask(result: ExecutionResult): FormattedExecutionResult;
  /** Called for an event whose row the subscriber may not see. False ends the subscription. */
  onHidden(): Promise<boolean>;
  /** Called once at the end; ends the wait of the source. */
  onEnd(): void;
};

/**
 * The results of a subscription, without those that are empty because the row is not there for this subscriber.
 *
 * Not an async function*: that one would answer return() only after the next event, which may never come.
 */
export function liveResults(source: Source, { mask, onHidden, onEnd }: Hooks): Results {
  const end = async () => {
    onEnd();
    await source.return();
    return { done: true as const, value: undefined };
  };
  return {
    async next() {
      for (;;) {
        const { done, value } = await source.next();
        if (done) return { done, value: undefined };
        if (value.errors || hasSomething(value)) return { done: false, value: mask(value) };
        if (!(await onHidden())) return end();
      }
    },
    return: end,
    async throw() {
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

function hasSomething({ data }: ExecutionResult): boolean {
  return Object.entries(data ?? {}).some(([name, value]) => value !== null && name !== "__typename");
}
