import type { Diagrams } from '../records-analysis.ts';

/**
 * Persistence diagrams by the textbook's reduction of the whole boundary matrix (Edelsbrunner, Letscher, Zomorodian 2002):
 * homology instead of cohomology, every simplex listed, no clearing, no shortcut and no enclosing radius. For a dozen
 * points; nothing is shared with what it checks.
 * @param distances (n, n), symmetric
 * @returns bars by birth, then by death; null deaths last
 */
export function boundaryMatrixDiagrams(
  distances: readonly (readonly number[])[],
  maxDim: number,
  threshold = Infinity,
): Diagrams {
  const simplices = listSimplices(distances, maxDim + 1).filter(({ diameter }) => diameter <= threshold);
  simplices.sort((p, q) => p.diameter - q.diameter || p.vertices.length - q.vertices.length);
  const position = new Map(simplices.map(({ vertices }, i) => [vertices.join(), i]));

  const owner = new Map<number, number>(); // lowest row of a reduced column, and that column
  const columns: Set<number>[] = [];
  const positive = new Set<number>();
  const diagrams: Diagrams = Array.from({ length: maxDim + 1 }, () => []);
  simplices.forEach(({ vertices, diameter }, i) => {
    const column = new Set<number>();
    if (vertices.length > 1) {
      for (const left of vertices) column.add(position.get(vertices.filter((v) => v !== left).join())!);
    }
    let low = Math.max(-1, ...column);
    while (low >= 0 && owner.has(low)) {
      for (const row of columns[owner.get(low)!]!) if (!column.delete(row)) column.add(row);
      low = Math.max(-1, ...column);
    }
    columns.push(column);
    if (low < 0) {
      positive.add(i);
      return;
    }
    owner.set(low, i);
    positive.delete(low);
    const birth = simplices[low]!.diameter;
    if (birth !== diameter) diagrams[vertices.length - 2]!.push([birth, diameter]);
  });
  for (const i of positive) {
    const { vertices, diameter } = simplices[i]!;
    if (vertices.length <= maxDim + 1) diagrams[vertices.length - 1]!.push([diameter, null]);
  }
  return byBirth(diagrams);
}

/** The same bars, by birth and then by death, so that diagrams can be compared. */
export function byBirth(diagrams: Diagrams): Diagrams {
  const order = (death: number | null) => death ?? Number.MAX_VALUE;
  return diagrams.map((bars) => bars.toSorted((p, q) => p[0] - q[0] || order(p[1]) - order(q[1])));
}

interface Simplex {
  readonly vertices: readonly number[];
  readonly diameter: number;
}

function listSimplices(distances: readonly (readonly number[])[], dimension: number): Simplex[] {
  let layer: Simplex[] = distances.map((_, v) => ({ vertices: [v], diameter: 0 }));
  const all = [...layer];
  for (let k = 1; k <= dimension; k++) {
    layer = layer.flatMap(({ vertices, diameter }) =>
      distances.flatMap((row, v) => {
        if (v <= vertices.at(-1)!) return [];
        return [
          { vertices: [...vertices, v], diameter: Math.max(diameter, ...vertices.map((u) => row[u]!)) },
        ];
      }),
    );
    all.push(...layer);
  }
  return all;
}
