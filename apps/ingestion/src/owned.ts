/** Schema `graph`: ingestion alone writes it, graph-read reads it. */
export const owned = { name: 'graph', owner: 'ingestion' } as const;
