// A one-time link that signs the owner in to the web.
import { existsSync, readFileSync } from 'node:fs';
import { pathsIn } from './paths.js';
import { Refusal } from './stage.js';
import { apiAt } from './story/api.js';

/** @param {import('./paths.js').Paths} paths @param {string} http base URL @param {string} [origin] what people call it */
export async function linkFor(paths, http, origin = http) {
  const { token } = await apiAt(http, paths.cliToken).post('/links');
  return `${origin}/auth/link?token=${token}`;
}

/** @param {string} state the folder of an install that runs @throws {Refusal} when none does */
export async function linkToRunning(state) {
  const paths = pathsIn(state);
  const how = 'start it first: npm start';
  if (!existsSync(paths.url)) throw new Refusal('Headgate does not run here', `${paths.url} is not there`, how);
  const http = readFileSync(paths.url, 'utf8').trim();
  return linkFor(paths, http, originOf(paths)).catch((error) => {
    throw new Refusal(`no link from ${http}`, error.cause?.message ?? error.message, how);
  });
}

/** What the running install was told that people call it. */
const originOf = ({ hostConfig }) => JSON.parse(readFileSync(hostConfig, 'utf8')).web?.origin;
