// A program of its own, so that its memory is that of the load alone: a manifest's file → its graph with all digests.
import { createReadStream } from 'node:fs';
import { ArtifactReader } from '@headgate/dbt';
import { adjacency, GraphBuilder, sealGraph } from '@headgate/graph';

const file = process.argv[2]!;
const builder = new GraphBuilder();
// Without the file's own digest: dbt makes none, and the service has it from the blob.
const reader = new ArtifactReader({ file, id: 'known', nodes: (node, map) => builder.add(node, map) });
for await (const piece of createReadStream(file, { highWaterMark: 2 ** 20 })) {
  reader.feed(piece as Buffer);
  ((piece as Buffer).buffer as ArrayBuffer).transfer(0);
}
const result = reader.end();
if (!result.ok || result.artifact.kind !== 'manifest') throw new Error(JSON.stringify(result));
const graph = builder.graph(result.artifact.manifest.metadata);
const { edges } = adjacency(graph);
const { id } = sealGraph(graph);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpu = (userCPUTime + systemCPUTime) / 1e6;
console.log(JSON.stringify({ cpu, peakMb: maxRSS / 1024, nodes: graph.nodes.length, edges, id }));
