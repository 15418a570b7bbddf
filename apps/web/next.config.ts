import type { NextConfig } from 'next';

export default {
  // `npm run types` checks the types, with the compiler of the whole workspace.
  typescript: { ignoreBuildErrors: true },
  transpilePackages: ['@headgate/contracts'],
  turbopack: { root: new URL('../..', import.meta.url).pathname },
  poweredByHeader: false,
  // The gateway compresses what leaves the machine.
  compress: false,
  devIndicators: false,
  // Browsers ask for it where a document names no icon.
  redirects: () => [{ source: '/favicon.ico', destination: '/icon.svg', permanent: false }],
} satisfies NextConfig;
