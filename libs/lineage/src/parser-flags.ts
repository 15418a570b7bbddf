import { setFlagsFromString } from 'node:v8';

// Imported before the parser, whose WebAssembly is compiled on import. Its functions are large: to optimize them costs more than a
// second of CPU and doubles the memory, which pays for itself only after some three thousand queries. So they stay as the baseline
// compiler makes them, and are looked at when they are first called. Holds for all WebAssembly that this process compiles later.
for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--wasm-lazy-validation'])
  setFlagsFromString(flag);
