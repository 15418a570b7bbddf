import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import './tokens.css';
import './base.css';
import './parts.css';
import './pages.css';
import { Providers } from './providers.tsx';

export const metadata: Metadata = { title: { default: 'Headgate', template: '%s · Headgate' } };
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

/** Asking for cookies makes every page answer its own request, which its scripts' nonce needs. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get('theme')?.value;
  const chosen = theme === 'light' || theme === 'dark' ? theme : undefined;
  return (
    <html lang="en" {...(chosen && { 'data-theme': chosen })}>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
