import { layOut, type LayerInfo } from "./network";

const WIDTH = 170;
const HEIGHT = 42;
const GAP = 22;

/** The network as boxes, data flowing from top to bottom. */
export function NetworkDrawing({ layers }: { layers: LayerInfo[] }) {
  const { nodes, edges, rows, columns } = layOut(layers);
  const x = (column: number) => column * (WIDTH + GAP) + 4;
  const y = (row: number) => row * (HEIGHT + GAP) + 4;
  const width = columns * (WIDTH + GAP);
  const height = rows * (HEIGHT + GAP);
  return (
    <div style={{ overflow: "auto", maxHeight: 680 }} tabIndex={0} role="group" aria-label="Drawing of the network">
      <svg width={width} height={height} role="img" aria-label={`Network of ${layers.length} layers`}>
        {edges.map(({ from, to }) => (
          <path
            key={`${from.name}-${to.name}`}
            d={`M${x(from.x) + WIDTH / 2} ${y(from.y) + HEIGHT} C${x(from.x) + WIDTH / 2} ${y(from.y) + HEIGHT + GAP}, ${x(to.x) + WIDTH / 2} ${y(to.y) - GAP}, ${x(to.x) + WIDTH / 2} ${y(to.y)}`}
            fill="none"
            stroke="var(--mantine-color-dimmed)"
          />
        ))}
        {nodes.map((node) => (
          <g key={node.name} transform={`translate(${x(node.x)} ${y(node.y)})`}>
            <title>{node.name}</title>
            <rect
              width={WIDTH}
              height={HEIGHT}
              rx={5}
              fill="var(--mantine-color-default)"
              stroke="var(--mantine-primary-color-filled)"
            />
            <text x={WIDTH / 2} y={18} textAnchor="middle" fontSize={12} fontWeight={600} fill="var(--mantine-color-text)">
              {node.type}
            </text>
            <text x={WIDTH / 2} y={33} textAnchor="middle" fontSize={11} fill="var(--mantine-color-dimmed)">
              {node.shape || "1"}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
