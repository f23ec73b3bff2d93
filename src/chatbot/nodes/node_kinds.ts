import { type NamedReference, namedReferences } from "../fields/named_references.ts";
import { type GraphKinds, type GraphNode, nodeType } from "../graph/graph.ts";
import type { NodeKind } from "./define_node.ts";

/** The kinds of nodes that an engine can run. */
export class NodeKinds implements GraphKinds {
  readonly all: readonly NodeKind[];
  readonly #byName: ReadonlyMap<string, NodeKind>;

  /** @throws Error when two kinds have the same name */
  constructor(kinds: readonly NodeKind[]) {
    this.all = kinds;
    this.#byName = new Map(kinds.map((kind) => [kind.kind, kind]));
    if (this.#byName.size < kinds.length) throw new Error("the names of kinds of nodes must be unique");
  }

  get names(): string[] {
    return [...this.#byName.keys()];
  }

  /** The kind with this name; null when it does not exist. */
  named(type: string): NodeKind | null {
    return this.#byName.get(type) ?? null;
  }

  /** The kind of a node; null when its type does not exist. */
  of(node: GraphNode): NodeKind | null {
    return this.named(nodeType(node));
  }

  /** The references of a node to things outside its graph. */
  referencesOf(node: GraphNode): NamedReference[] {
    const kind = this.of(node);
    if (kind === null) return [];
    return [...namedReferences(kind.fields, node.data), ...(kind.references?.(node.data) ?? [])];
  }
}
