import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { settingsOf } from './settings.ts';
import { Stop } from './stop.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const install = join(folder, 'install');
const below = join(install, 'models/marts');
mkdirSync(join(install, '.headgate'), { recursive: true });
mkdirSync(below, { recursive: true });
writeFileSync(join(install, '.headgate/url'), 'http://127.0.0.1:7402\n');
writeFileSync(join(install, '.headgate/cli-token'), 'hg_own\n');

test('the install above the folder is found', () => {
  expect(settingsOf({}, {}, below)).toMatchObject({ url: 'http://127.0.0.1:7402', token: 'hg_own' });
});

test('flags win over the environment, and the environment over the install', () => {
  const env = { HEADGATE_URL: 'https://hg.example/', HEADGATE_TOKEN: 'hg_env', HEADGATE_PROJECT: 'shop' };
  expect(settingsOf({}, env, below)).toEqual({
    url: 'https://hg.example',
    token: 'hg_env',
    project: 'shop',
    environment: undefined,
  });
  const flags = { url: 'https://other.example/base/', token: 'hg_flag', project: 'p', environment: 'e' };
  expect(settingsOf(flags, env, below)).toEqual({ ...flags, url: 'https://other.example/base' });
});

test('the token of an install is not sent to another server', () => {
  expect(settingsOf({ url: 'https://elsewhere.example' }, {}, below).token).toBeUndefined();
  expect(settingsOf({ url: 'http://127.0.0.1:7402/' }, {}, below).token).toBe('hg_own');
});

test('an empty variable is none; no server and a URL that is none are said', () => {
  expect(settingsOf({}, { HEADGATE_URL: '', HEADGATE_TOKEN: '' }, below).token).toBe('hg_own');
  // Not the scratch folder: it may lie inside of an install.
  expect(() => settingsOf({}, {}, parse(folder).root)).toThrow(Stop);
  expect(() => settingsOf({ url: 'file:///etc' }, {}, below)).toThrow('no http or https URL');
});
