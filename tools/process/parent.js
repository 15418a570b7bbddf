/** True when this process belongs to npm, or to the older Node that started it, and should not outlive it. */
export const belongsToParent = () =>
  process.env.npm_lifecycle_event !== undefined || process.env.HEADGATE_PARENT !== undefined;

/**
 * Calls back once when the process that started this one is gone. `npm start` runs `exec node …`, so npm itself is
 * the parent; a kill -9 of npm sends us nothing, all that changes is the parent's id.
 * @param {() => void} callback
 * @returns {() => void} stops watching
 */
export function whenParentDies(callback, everyMs = 250) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
