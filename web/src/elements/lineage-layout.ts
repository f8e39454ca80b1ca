// Where the boxes of a lineage graph stand: one column of boxes for each level, ordered so that few lines cross.
export type Node = { id: string; kind: string; name: string; href: string | null; level: number; columns: string[] };
export type Edge = { from: string; to: string };
export type ColumnEdge = { from: string; from_column: string; to: string; to_column: string };
export type Graph = { center: string; nodes: Node[]; edges: Edge[]; column_edges: ColumnEdge[] };
export type Box = { node: Node; x: number; y: number; height: number };

export const boxWidth = 232;
export const headHeight = 34;
export const lineHeight = 20;
const [gapX, gapY] = [92, 22];

/** The boxes; those that are open show their columns. */
export function layout(graph: Graph, open: ReadonlySet<string>): Map<string, Box> {
  const least = Math.min(0, ...graph.nodes.map((node) => node.level));
  const levels = new Map<number, Node[]>();
  for (const node of graph.nodes) levels.set(node.level, [...(levels.get(node.level) ?? []), node]);
  const place = new Map<string, number>();
  const neighbours = new Map<string, string[]>();
  for (const edge of graph.edges) {
    neighbours.set(edge.from, [...(neighbours.get(edge.from) ?? []), edge.to]);
    neighbours.set(edge.to, [...(neighbours.get(edge.to) ?? []), edge.from]);
  }
  for (const nodes of levels.values()) nodes.forEach((node, at) => place.set(node.id, at - nodes.length / 2));
  for (let turn = 0; turn < 6; turn++) {
    for (const nodes of levels.values()) {
      const middle = (node: Node): number => {
        const beside = neighbours.get(node.id) ?? [];
        return beside.length === 0 ? place.get(node.id)! : beside.reduce((sum, id) => sum + place.get(id)!, 0) / beside.length;
      };
      const wanted = new Map(nodes.map((node) => [node.id, middle(node)]));
      nodes.sort((a, b) => wanted.get(a.id)! - wanted.get(b.id)!);
      nodes.forEach((node, at) => place.set(node.id, at - nodes.length / 2));
    }
  }
  const boxes = new Map<string, Box>();
  for (const [level, nodes] of levels) {
    const heights = nodes.map((node) => headHeight + (open.has(node.id) ? node.columns.length * lineHeight + 8 : 0));
    let y = -(heights.reduce((sum, height) => sum + height + gapY, -gapY) / 2);
    nodes.forEach((node, at) => {
      boxes.set(node.id, { node, x: (level - least) * (boxWidth + gapX), y, height: heights[at]! });
      y += heights[at]! + gapY;
    });
  }
  return boxes;
}

/** All columns that a column comes from, and all that it goes into, as asset and column. */
export function trace(graph: Graph, id: string, column: string): Set<string> {
  const found = new Set([key(id, column)]);
  const walk = (follow: (edge: ColumnEdge) => [string, string, string, string]): void => {
    const pending: [string, string][] = [[id, column]];
    for (let next = pending.pop(); next; next = pending.pop()) {
      for (const edge of graph.column_edges) {
        const [asset, name, otherAsset, otherName] = follow(edge);
        if (asset === next[0] && same(name, next[1]) && !found.has(key(otherAsset, otherName))) {
          found.add(key(otherAsset, otherName));
          pending.push([otherAsset, otherName]);
        }
      }
    }
  };
  walk((edge) => [edge.to, edge.to_column, edge.from, edge.from_column]);
  walk((edge) => [edge.from, edge.from_column, edge.to, edge.to_column]);
  return found;
}

export const key = (id: string, column: string): string => `${id}\u0000${column.toLowerCase()}`;

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
