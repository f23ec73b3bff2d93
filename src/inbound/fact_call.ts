/** How an item that is neither a message nor a status is applied. */
export type FactCall =
  /** A call of an app_private function with one jsonb argument that returns whether it found what it is about. */
  | { kind: "call"; function: string; argument: { [key: string]: unknown } }
  /** An entry of an address book: they come by the thousand, and are applied together. */
  | { kind: "contact"; argument: { [key: string]: unknown } }
  | { kind: "skip"; reason: string };

export function call(name: string, argument: { [key: string]: unknown }): FactCall {
  return { kind: "call", function: name, argument };
}

export function skip(reason: string): FactCall {
  return { kind: "skip", reason };
}
