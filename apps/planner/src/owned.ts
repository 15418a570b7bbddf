export const owned = { name: 'planner', owner: 'planner' } as const;
