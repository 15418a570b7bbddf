/** Plans nobody decided on yet, while they are the newest word on their environment. */
export const openPlans = <P extends { status: string; counts: { run: number; partial: number } }>(plans: P[]): P[] =>
  plans.slice(0, 1).filter(({ status, counts }) => status === 'proposed' && counts.run + counts.partial > 0);
