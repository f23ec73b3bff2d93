import type { Graph } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { type Problem, problem, warning } from "./problem.ts";
import { targetsOf } from "./structure.ts";

/**
 * Problems for loops that never wait: an error if no node could leave the loop, otherwise a warning. At run time the guards
 * end a run that loops too long.
 */
export function loopProblems(graph: Graph, kinds: NodeKinds): Problem[] {
  const kindOf = new Map(graph.nodes.map((node) => [node.id, kinds.of(node)]));
  const waits = (id: string) => kindOf.get(id)?.waits !== undefined;
  const restless = new Map(
    [...targetsOf(graph, kinds)]
      .filter(([id]) => !waits(id))
      .map(([id, targets]) => [id, targets.filter((target) => kindOf.has(target) && !waits(target))]),
  );
  return stronglyConnected(restless).map((loop) => {
    const path = loop.map((id) => `"${id}"`).join(", ");
    const first = loop[0] as string;
    return loop.some((id) => kindOf.get(id)?.decides)
      ? warning("loop_without_wait", first, `These nodes can run in a loop without waiting: ${path}.`)
      : problem("endless_loop", first, `These nodes run in an endless loop: ${path}.`);
  });
}

/** The strongly connected components of the graph (Tarjan's algorithm without recursion), in the order of discovery. */
function stronglyConnected(targets: ReadonlyMap<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const members: string[] = [];
  const isMember = new Set<string>();
  const found: string[][] = [];
  const open = (id: string) => {
    order.set(id, order.size);
    low.set(id, order.get(id) as number);
    members.push(id);
    isMember.add(id);
    return { id, next: 0 };
  };
  const lower = (id: string, to: number) => low.set(id, Math.min(low.get(id) as number, to));

  for (const root of targets.keys()) {
    if (order.has(root)) continue;
    const stack = [open(root)];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const target = targets.get(top.id)?.[top.next++];
      if (target !== undefined) {
        if (!order.has(target)) stack.push(open(target));
        else if (isMember.has(target)) lower(top.id, order.get(target) as number);
        continue;
      }
      stack.pop();
      const parent = stack.at(-1);
      if (parent) lower(parent.id, low.get(top.id) as number);
      if (low.get(top.id) !== order.get(top.id)) continue;
      const component = members.splice(members.indexOf(top.id));
      for (const id of component) isMember.delete(id);
      if (component.length > 1 || targets.get(top.id)?.includes(top.id)) found.push(component);
    }
  }
  return found;
}
