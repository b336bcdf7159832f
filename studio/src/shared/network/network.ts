export type LayerInfo = { [key: string]: unknown };
export type Node = { name: string; type: string; shape: string; x: number; y: number };
export type Edge = { from: Node; to: Node };

/** Places layers in rows: each one row below the lowest of those that feed it. */
export function layOut(layers: LayerInfo[]): { nodes: Node[]; edges: Edge[]; rows: number; columns: number } {
  const depth = new Map<string, number>();
  const inRow: number[] = [];
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  layers.forEach((layer, index) => {
    const name = String(layer.name);
    const listed = layer.inputs as string[] | undefined;
    const previous = layers[index - 1];
    const sources = listed ?? (previous ? [String(previous.name)] : []);
    const row = sources.reduce((lowest, one) => Math.max(lowest, (depth.get(one) ?? -1) + 1), 0);
    depth.set(name, row);
    const column = inRow[row] ?? 0;
    inRow[row] = column + 1;
    const shape = Array.isArray(layer.shape) ? layer.shape.slice(1).join(" × ") : "";
    const node = { name, type: String(layer.type), shape, x: column, y: row };
    nodes.set(name, node);
    for (const one of sources) {
      const from = nodes.get(one);
      if (from !== undefined) edges.push({ from, to: node });
    }
  });
  return { nodes: [...nodes.values()], edges, rows: inRow.length, columns: Math.max(1, ...inRow) };
}
