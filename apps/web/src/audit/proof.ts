/** One step from a leaf to the root: the sibling that came with the proof, and the node computed from both. */
export interface ProofStep {
  sibling: string;
  isLeft: boolean;
  node: string;
}

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (digest: string): Uint8Array =>
  Uint8Array.from(digest.replace(/^sha256:/, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));

async function nodeHash(left: string, right: string): Promise<string> {
  const data = new Uint8Array(65);
  data[0] = 1;
  data.set(bytesOf(left), 1);
  data.set(bytesOf(right), 33);
  return `sha256:${hexOf(await crypto.subtle.digest('SHA-256', data))}`;
}

/**
 * Recomputes the root of an append-only tree from one leaf and its proof of inclusion (RFC 9162, 2.1.3.2).
 * @param proof `index`: of the leaf; `size`: leaves in the tree; digests are `sha256:…`
 * @returns every step and the root they lead to; undefined when the proof does not fit the tree
 */
export async function climb(proof: {
  index: number;
  size: number;
  leaf: string;
  path: readonly string[];
}): Promise<{ steps: ProofStep[]; root: string } | undefined> {
  if (proof.index >= proof.size) return undefined;
  let at = proof.index;
  let last = proof.size - 1;
  let root = proof.leaf;
  const steps: ProofStep[] = [];
  for (const sibling of proof.path) {
    if (last === 0) return undefined;
    const isLeft = at % 2 === 1 || at === last;
    root = await (isLeft ? nodeHash(sibling, root) : nodeHash(root, sibling));
    if (isLeft && at % 2 === 0)
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    steps.push({ sibling, isLeft, node: root });
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? { steps, root } : undefined;
}
