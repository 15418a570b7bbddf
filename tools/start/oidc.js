// An OpenID provider of the user's own, in place of the embedded one.
import { readFileSync } from 'node:fs';
import { Refusal } from './stage.js';

const wanted = ['issuer', 'clientId', 'clientSecret'];

/**
 * @param {string} file JSON
 * @returns {{ issuer: string, clientId: string, clientSecret: string, name?: string }}
 * @throws {Refusal} that says what the file lacks
 */
export function providerIn(file) {
  let given;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refusal(
      `${file} is not read as JSON`,
      error.message,
      `write {${wanted.map((name) => `"${name}": "…"`).join(', ')}}`,
    );
  }
  const missing = wanted.filter((name) => typeof given[name] !== 'string' || given[name] === '');
  if (missing.length > 0)
    throw new Refusal(`${file} lacks ${missing.join(', ')}`, 'people could not sign in', 'add it');
  if (!URL.canParse(given.issuer))
    throw new Refusal(`the issuer ${given.issuer} is no address`, undefined, 'write https://…');
  return given;
}
