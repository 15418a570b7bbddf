import type { AssetsSearchOutput, Facets } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';

/** Matches that facets are counted over; without text all assets count. */
const most = 5000;
/** Answers without text that are kept: counting 100,000 assets takes half a second, and every visit asks for it. */
const kept = 200;

export type FacetCounts = Required<Pick<AssetsSearchOutput, 'facets' | 'facetsCapped'>>;

/** Counts facets. What was counted without text is kept by organization, place, snapshot and filters. */
export class FacetCounter {
  private readonly counted = new Map<string, FacetCounts>();

  /** `parameters` are those of the search function: project, environment, text, filters. */
  async count(tx: Tx, parameters: readonly unknown[]): Promise<FacetCounts> {
    const [project, environment, q] = parameters;
    if (q !== null) return count(tx, parameters, true);
    const [head] = await tx.query<{ seq: string }>(
      'select seq from environment_head where project = $1 and environment = $2',
      [project, environment],
    );
    const key = JSON.stringify([tx.org, head?.seq ?? null, ...parameters]);
    const counts = this.counted.get(key) ?? (await count(tx, parameters, false));
    this.counted.delete(key);
    this.counted.set(key, counts);
    if (this.counted.size > kept) this.counted.delete(this.counted.keys().next().value!);
    return counts;
  }
}

async function count(tx: Tx, parameters: readonly unknown[], isCapped: boolean): Promise<FacetCounts> {
  const rows = await tx.query<{ facet: keyof Facets; value: string; assets: string; seen: string }>(
    'select * from search_facets($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    [...parameters, most],
  );
  const facets: Facets = { type: [], package: [], tag: [], owner: [], materialization: [], database: [] };
  for (const { facet, value, assets } of rows) facets[facet].push({ value, count: Number(assets) });
  return { facets, facetsCapped: isCapped && Number(rows[0]?.seen ?? 0) >= most };
}
