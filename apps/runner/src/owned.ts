export const owned = { name: 'runner', owner: 'runner' } as const;
