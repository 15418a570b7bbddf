import type { Driver } from './box.ts';
import { programAt } from './programs.ts';

/** No isolation, only the limits and the tie to this process: for a machine of one's own, when asked for. */
export const unconfined: Driver = {
  isolation: 'none',
  argv({ command }) {
    const setpriv = programAt('setpriv');
    return setpriv ? [setpriv, '--pdeathsig', 'KILL', '--', ...command] : [...command];
  },
};
