// Debian's own Chromium: found, or installed where that is allowed, or a sentence that says what is missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable'];
const found = () => places.find((place) => existsSync(place));

/** Where the browser is. @throws {Error} when there is none and none can be installed */
export function chromiumPath(): string {
  const here = found();
  if (here) return here;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) => execFileSync('apt-get', args, { stdio: 'ignore', env, timeout: 280_000 });
    try {
      apt('update', '-q');
      apt('install', '-y', '--no-install-recommends', 'chromium');
    } catch {
      // The sentence below says it better than apt does.
    }
  }
  const now = found();
  if (now) return now;
  throw new Error(
    `the pages are tested in Chromium, which is not here (${places.join(', ')}): apt-get install chromium`,
  );
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  });
