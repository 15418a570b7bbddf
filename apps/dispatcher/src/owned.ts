export const owned = { name: 'dispatcher', owner: 'dispatcher' } as const;
