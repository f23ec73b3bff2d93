/** What one request may ask for. Beyond any of these: PYLIM. */
export const LIMITS = {
  /** Of an HTTP body, and of a WebSocket message. */
  bytes: 100_000,
  tokens: 2_000,
  /** Fields within fields. */
  depth: 10,
  /** Planning 50 aliases of a list blocks the process for half a second. */
  aliases: 15,
  rootFields: 15,
  /**
   * With fragments spread out, and conditions of filters. Each field costs up to half a millisecond of planning, the first
   * time a document is seen; each condition is evaluated for each row.
   */
  fields: 300,
  /** Of those without a token, who can sign in and no more. */
  anonymousFields: 30,
  /** Of their document: reading one costs the process ten microseconds a byte, and anybody may send it. */
  anonymousBytes: 5_000,
  /** Objects that the answer might hold: lists multiply. */
  objects: 5_000,
  /** Of an answer. */
  answerBytes: 10_000_000,
  /** Arrays and objects within each other, in a variable. */
  variableDepth: 40,
  errors: 10,
} as const;
