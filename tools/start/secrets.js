// Every secret of an embedded install, made once. Nobody but the launcher and the host process reads the file.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Logins of the second database. */
export const stores = ['dispatcher_data'];
export const services = ['identity', 'ingestion', 'graph-read', 'planner', 'dispatcher', 'runner', 'audit', 'gateway'];

/** @typedef {ReturnType<typeof makeSecrets>} Secrets */

/**
 * Reads the secrets, first adding those that are missing (all of them at first, those of a new service later).
 * @param {import('./paths.js').Paths} paths @returns {Secrets}
 */
export function loadSecrets(paths) {
  mkdirSync(paths.secrets, { recursive: true, mode: 0o700 });
  const known = existsSync(paths.secretsFile) ? JSON.parse(readFileSync(paths.secretsFile, 'utf8')) : {};
  const secrets = makeSecrets(known);
  writePrivate(paths.secretsFile, secrets);
  return secrets;
}

/** Written whole or not at all, readable by this user only. */
export function writePrivate(path, value) {
  const text = typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(`${path}.partial`, text, { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}

/** Pure but for its randomness: what is in `known` stays as it is. */
export function makeSecrets(known = {}) {
  const logins = [...services.flatMap((service) => [service, `${service}_infra`]), ...stores];
  return {
    postgres: {
      owner: known.postgres?.owner ?? { user: 'hg_owner', password: password() },
      logins: filled(logins, known.postgres?.logins, (name) => ({
        user: `hg_${name.replaceAll('-', '_')}`,
        password: password(),
      })),
    },
    nats: {
      admin: known.nats?.admin ?? { user: 'admin', password: password() },
      users: filled(services, known.nats?.users, (user) => ({ user, password: password() })),
    },
    keys: filled(services, known.keys, () =>
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ),
    blobs: known.blobs ?? { key: randomBytes(32).toString('base64') },
    bootstrap: known.bootstrap ?? { org: 'default', owner: 'owner', token: `hg_${password()}${password()}` },
  };
}

const filled = (names, known = {}, make) => Object.fromEntries(names.map((name) => [name, known[name] ?? make(name)]));
const password = () => randomBytes(24).toString('base64url');
