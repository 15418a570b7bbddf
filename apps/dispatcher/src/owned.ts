export const owned = { name: 'dispatcher', owner: 'dispatcher' } as const;

/** What it keeps in the second database. */
export const stored = { name: 'data', owner: 'dispatcher' } as const;
