import { createLattice } from '../../../core/dataset/lattice.ts';
import { percolateLabels } from '../../../core/metrics/percolation.ts';
import { keptSites, siteLattice, siteOrder } from '../../../core/metrics/percolation/lattice.ts';
import { overlapCutoff } from '../../../core/metrics/percolation/overlap.ts';
import { clusterMap } from '../designer/analysis/cluster-map.ts';
import type { ClustersRequest, LatticeClusters } from './messages.ts';

/** More bumps than this are drawn as areas, cell by cell. */
export const MOST_DISCS = 4000;

/** Computes the clusters of lattices; keeps the order of the last, which only a change of lattice or seed changes. */
export function createLatticeClusters(): (request: Omit<ClustersRequest, 'id'>) => LatticeClusters {
  let kept: { key: string; order: Uint32Array } | null = null;
  return ({ lattice, sigma, threshold, lambda, seed }) => {
    const { size, spacing, periodic } = lattice;
    const sites = siteLattice(size, spacing, periodic);
    const key = `${sites.side} ${seed}`;
    if (kept?.key !== key) kept = { key, order: siteOrder(sites, seed) };
    const chosen = kept.order.slice(0, keptSites(sites, lambda)).sort();
    const occupied = new Uint8Array(sites.sites);
    for (const site of chosen) occupied[site] = 1;
    const spec = { sigma: { x: sigma, y: sigma }, exponent: '2sigma2' as const };
    const labels = createLattice({
      size,
      margin: 0,
      spacing: { x: spacing, y: spacing },
      boundary: periodic ? 'periodic' : 'open',
    });
    const found = percolateLabels(labels, spec, occupied, sites.sites, { threshold, most: Infinity });
    return {
      lattice,
      side: sites.side,
      sites: chosen,
      rank: Int32Array.from(chosen, (site) => found.clusterOf[site]!),
      sizes: Int32Array.from(found.sizes),
      cutoff: overlapCutoff(sigma, threshold),
      areas:
        chosen.length > MOST_DISCS
          ? clusterMap(labels, spec, found).map((code) => (code < 0 ? -1 : code >> 1))
          : null,
    };
  };
}
