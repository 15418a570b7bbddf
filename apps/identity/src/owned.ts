export const owned = { name: 'identity', owner: 'identity' } as const;
