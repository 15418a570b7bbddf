/**
 * One run_results.json out of those of a run's stages, since each dbt invocation writes over the one before: what the
 * last one says of itself, and every node's result, the latest of each. Bytes of a single stage stay as they are.
 */
export function mergedResults(stages: readonly Buffer[]): Buffer | undefined {
  const last = stages.at(-1);
  if (stages.length < 2 || !last) return last;
  const results = new Map<unknown, unknown>();
  for (const { unique_id: node, ...row } of stages.flatMap(rowsOf)) results.set(node, { unique_id: node, ...row });
  const merged = { ...fileOf(last), results: [...results.values()] };
  return Buffer.from(JSON.stringify(merged));
}

interface ResultsFile {
  readonly results?: unknown;
}

const rowsOf = (bytes: Buffer): { unique_id?: unknown }[] => {
  const { results } = fileOf(bytes);
  return Array.isArray(results) ? results.filter((row) => typeof row === 'object' && row !== null) : [];
};

/** What ran wrote it, and is not trusted: a file that cannot be read has no results. */
function fileOf(bytes: Buffer): ResultsFile {
  try {
    const file: unknown = JSON.parse(bytes.toString());
    return typeof file === 'object' && file !== null ? file : {};
  } catch {
    return {};
  }
}
