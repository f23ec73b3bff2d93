/** The limits of one request. Exceeding any of them is answered with PYLIM. */
export const LIMITS = {
  /** Bytes of an HTTP body or a WebSocket message, and of a document. */
  bytes: 100_000,
  /** Bytes of an admin's HTTP body that calls nothing but {@link LARGE_MUTATIONS}, with their input as variables. */
  largeBytes: 5_000_000,
  tokens: 2_000,
  /** Nesting depth of fields. */
  depth: 10,
  /** Planning 50 aliases of a list blocks the process for half a second. */
  aliases: 15,
  rootFields: 15,
  /**
   * Fields, with fragments expanded, and conditions of filters. Each field costs up to 0.5 ms of planning, the first
   * time a document is seen; each condition is evaluated for each row.
   */
  fields: 300,
  /** Fields of requests without a token, which can only sign in. */
  anonymousFields: 30,
  /** Bytes of a document without a token: parsing costs 10 µs a byte, and anyone can send one. */
  anonymousBytes: 5_000,
  /** Objects that the answer might hold; nested lists multiply. */
  objects: 5_000,
  /** Bytes of an answer. */
  answerBytes: 10_000_000,
  /** Nesting depth of arrays and objects in a variable. */
  variableDepth: 40,
  errors: 10,
} as const;

/** Mutations whose input may be large: a graph of a thousand nodes. */
export const LARGE_MUTATIONS: ReadonlySet<string> = new Set([
  "saveChatbot",
  "importChatbot",
  "validateChatbot",
  "startSimulation",
  "continueSimulation",
  "replayConversation",
]);
