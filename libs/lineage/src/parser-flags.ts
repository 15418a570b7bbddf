import { setFlagsFromString } from 'node:v8';

/**
 * Before the parser is imported: leaves its WebAssembly as the baseline compiler makes it. Its functions are large; to optimize them
 * costs more than a second of CPU and doubles the memory, which pays for itself only after some three thousand queries.
 * Holds for all WebAssembly that this process compiles from then on.
 */
export function leaveUnoptimized(): void {
  for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--wasm-lazy-validation'])
    setFlagsFromString(flag);
}
