import type { Manifest, ManifestNode } from '../manifest.ts';
import { type NodeMap, nodeMaps, normaliseMacro, normaliseNode } from './normalise-manifest.ts';
import { emptyMap, type Taker } from './raw.ts';
import { type ArtifactWarning, isObject } from './refusal.ts';

/** Gets each node of a manifest, in the file's order; of an id that stands twice in a map, the last one counts. */
export type NodeVisitor = (node: ManifestNode, map: NodeMap) => void;

/** What only says again what the nodes say, or what no graph is made of. */
const passedOver = new Set(['docs', 'parent_map', 'child_map']);

/** Hands a manifest's nodes over while the file is being read, so that they are never all in memory. */
export class NodeStream {
  /** Known from the first member of `nodes`; what the file has before it is kept and handed over at the end. */
  isManifest = false;
  /** Whether a node is written as before v7. */
  hasOldCode = false;

  constructor(
    private readonly visit: NodeVisitor,
    private readonly warnings: ArtifactWarning[],
  ) {}

  readonly take: Taker = (key, name, value, path) => {
    if (key === 'nodes' && !this.isManifest) this.isManifest = isObject(value) && 'resource_type' in value;
    if (!this.isManifest) return 'kept';
    if (key === 'macros') normaliseMacro(value, name, path);
    else if (isNodeMap(key)) {
      const node = normaliseNode(value, name, nodeMaps[key], path, this.warnings);
      if (key === 'nodes' && 'raw_sql' in node) this.hasOldCode = true;
      this.visit(node, key);
    } else return passedOver.has(key) ? 'passed over' : 'kept';
    return 'taken';
  };

  /** Hands over what was kept, and empties the manifest of it. */
  rest(manifest: Manifest): void {
    const maps = manifest as unknown as Record<string, Record<string, ManifestNode>>;
    for (const key of Object.keys(nodeMaps) as NodeMap[]) {
      for (const node of Object.values(maps[key]!)) this.visit(node, key);
      maps[key] = emptyMap();
    }
  }
}

const isNodeMap = (key: string): key is NodeMap => Object.hasOwn(nodeMaps, key);
