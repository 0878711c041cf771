export type Shape = 'box' | 'round' | 'diamond';

export interface Node {
  id: string;
  shape: Shape;
  lines: string[];
}

export interface Edge {
  from: string;
  to: string;
  label: string;
  dashed: boolean;
  arrow: boolean;
}

interface Point {
  x: number;
  y: number;
}

/** A node, or a bend of a link that passes a layer (then without `node`). `along` runs with the layers, `across` within one. */
interface Slot {
  node?: Node;
  layer: number;
  across: number;
  w: number;
  h: number;
}

interface Placed extends Point {
  node: Node;
  w: number;
  h: number;
}

const gapAlong = 56;
const gapAcross = 28;
const margin = 16;

/**
 * Places a directed graph in layers (Sugiyama's method in its plainest form): each node one layer after its furthest
 * predecessor, links that go back are drawn backwards, neighbours close to each other, long links bend round what they pass.
 */
export function layout(nodes: Node[], edges: Edge[], direction: string) {
  const flat = direction === 'LR' || direction === 'RL';
  const layerOf = layering(nodes, edges);
  const slots = new Map<string, Slot>(
    nodes.map((node) => [node.id, { node, layer: layerOf(node.id), across: 0, ...size(node) }]),
  );
  const chains = edges.map((edge) => {
    const [a, b] = [slots.get(edge.from) as Slot, slots.get(edge.to) as Slot];
    const way = Math.sign(b.layer - a.layer);
    const bends = Array.from({ length: Math.max(0, Math.abs(b.layer - a.layer) - 1) }, (_, i) => ({
      layer: a.layer + way * (i + 1),
      across: 0,
      w: 12,
      h: 12,
    }));
    return { edge, slots: [a, ...bends, b] };
  });
  const all = [...new Set([...slots.values(), ...chains.flatMap((chain) => chain.slots)])];
  const byLayer = Map.groupBy(all, ({ layer }) => layer);
  const layers = [...byLayer.keys()].sort((a, b) => a - b).map((layer) => byLayer.get(layer) ?? []);
  arrange(
    layers,
    chains.map((chain) => chain.slots),
    flat,
  );

  const thick = layers.map((layer) => Math.max(...layer.map(({ w, h }) => (flat ? w : h))));
  const labels = flat ? Math.max(0, ...edges.map(({ label }) => label.length * 7.2)) : 0;
  const starts = thick.map((_, i) => thick.slice(0, i).reduce((sum, one) => sum + one + gapAlong + labels, margin));
  const length = (starts.at(-1) ?? 0) + (thick.at(-1) ?? 0) + margin;
  const breadth = Math.max(...layers.flat().map((slot) => slot.across + (flat ? slot.h : slot.w) / 2)) + margin;
  const point = ({ layer, across }: Slot): Point => {
    const forward = (starts[layer] ?? 0) + (thick[layer] ?? 0) / 2;
    const along = direction === 'BT' || direction === 'RL' ? length - forward : forward;
    return flat ? { x: along, y: across } : { x: across, y: along };
  };
  return {
    placed: [...slots.values()].map(
      (slot): Placed => ({ node: slot.node as Node, ...point(slot), w: slot.w, h: slot.h }),
    ),
    routes: chains.map(({ edge, slots: chain }) => ({ edge, ...route(chain, chain.map(point), flat) })),
    width: Math.ceil(flat ? length : breadth),
    height: Math.ceil(flat ? breadth : length),
  };
}

function size({ shape, lines }: Node): { w: number; h: number } {
  const w = Math.max(...lines.map((line) => [...line].length)) * 8.2 + 28;
  const h = lines.length * 18 + 20;
  return shape === 'diamond' ? { w: w * 1.35, h: h * 1.6 } : { w, h };
}

/** The layer of each node; a link that leads back to where the reading came from does not count. */
function layering(nodes: Node[], edges: Edge[]): (id: string) => number {
  const after = Map.groupBy(edges, ({ from }) => from);
  const onward = new Map<string, string[]>();
  const state = new Map<string, 'open' | 'done'>();
  const order: string[] = [];
  const visit = (id: string) => {
    state.set(id, 'open');
    const next = (after.get(id) ?? []).map(({ to }) => to).filter((to) => state.get(to) !== 'open');
    onward.set(id, next);
    for (const to of next) if (!state.has(to)) visit(to);
    state.set(id, 'done');
    order.unshift(id);
  };
  for (const { id } of nodes) if (!state.has(id)) visit(id);

  const layers = new Map<string, number>();
  for (const id of order) {
    const layer = layers.get(id) ?? 0;
    layers.set(id, layer);
    for (const to of onward.get(id) ?? []) layers.set(to, Math.max(layers.get(to) ?? 0, layer + 1));
  }
  return (id) => layers.get(id) ?? 0;
}

/** Orders each layer by the places of its neighbours, then gives every slot its coordinate. */
function arrange(layers: Slot[][], chains: Slot[][], flat: boolean): void {
  const near = new Map<Slot, Slot[]>();
  const join = (one: Slot, other: Slot) => near.set(one, [...(near.get(one) ?? []), other]);
  for (const chain of chains)
    chain.slice(1).forEach((slot, i) => {
      join(slot, chain[i] as Slot);
      join(chain[i] as Slot, slot);
    });
  const spread = (layer: Slot[]) => {
    let edge = margin;
    for (const slot of layer) {
      const half = (flat ? slot.h : slot.w) / 2;
      slot.across = Math.max(slot.across, edge + half);
      edge = slot.across + half + gapAcross;
    }
  };
  for (const layer of layers) spread(layer);
  for (let round = 0; round < 8; round++) {
    const sweep = round % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of sweep) {
      for (const slot of layer) {
        const neighbours = near.get(slot) ?? [];
        if (neighbours.length > 0)
          slot.across = neighbours.reduce((sum, other) => sum + other.across, 0) / neighbours.length;
      }
      layer.sort((a, b) => a.across - b.across);
      spread(layer);
    }
  }
  const least = Math.min(...layers.flat().map((slot) => slot.across - (flat ? slot.h : slot.w) / 2));
  for (const slot of layers.flat()) slot.across += margin - least;
}

/** A smooth line through the points, ending at the edge of the last shape, with its arrow head and its middle. */
function route(slots: Slot[], points: Point[], flat: boolean): { path: string; tip: string; middle: Point } {
  const first = points[0] as Point;
  const last = points.at(-1) as Point;
  const way = Math.sign((flat ? last.x - first.x : last.y - first.y) || 1);
  const touch = (slot: Slot | undefined, { x, y }: Point, side: number): Point =>
    flat ? { x: x + ((slot?.w ?? 0) / 2) * side, y } : { x, y: y + ((slot?.h ?? 0) / 2) * side };
  const start = touch(slots[0], first, way);
  const end = touch(slots.at(-1), last, -way);
  const stops = [start, ...points.slice(1, -1), end];
  const path = stops
    .map((to, i) => {
      const from = stops[i - 1];
      if (!from) return `M${xy(to)}`;
      const bend = flat ? (to.x - from.x) / 2 : (to.y - from.y) / 2;
      const [a, b] = flat
        ? [
            { x: from.x + bend, y: from.y },
            { x: to.x - bend, y: to.y },
          ]
        : [
            { x: from.x, y: from.y + bend },
            { x: to.x, y: to.y - bend },
          ];
      return `C${xy(a)} ${xy(b)} ${xy(to)}`;
    })
    .join('');
  const wing = (side: number): Point =>
    flat ? { x: end.x - 8 * way, y: end.y + 4 * side } : { x: end.x + 4 * side, y: end.y - 8 * way };
  const [before, after] = [
    stops[Math.ceil(stops.length / 2) - 1] as Point,
    stops[Math.floor(stops.length / 2)] as Point,
  ];
  return {
    path,
    tip: `M${xy(end)}L${xy(wing(1))}L${xy(wing(-1))}Z`,
    middle: { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 },
  };
}

function xy({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
