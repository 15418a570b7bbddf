export const owned = { name: 'audit', owner: 'audit' } as const;
