/**
 * A subscription as graphql-ws knows it: results that never come, until it ends. What it sends goes through the client's
 * UpdateQueue, which keeps one order across all subscriptions of a client.
 *
 * Not an async function*: that one would answer return() only after a result.
 *
 * @param onEnd called once
 */
export function silentSubscription(onEnd: () => void): AsyncGenerator<never, void, void> {
  const ended = Promise.withResolvers<{ done: true; value: undefined }>();
  const end = () => {
    onEnd();
    ended.resolve({ done: true, value: undefined });
    return ended.promise;
  };
  return {
    next: () => ended.promise,
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
