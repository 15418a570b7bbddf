import type { Manifest } from '../manifest.ts';
import { engineOf, type Engine } from '../state/engine.ts';
import type { ComparisonFlags } from '../state/parts.ts';
import { parseCommandLine } from './command-line.ts';
import type { Dialect } from './criterion.ts';
import { evaluate, type CriterionTrace } from './evaluate.ts';
import { explain, type Explanation } from './explain.ts';
import { runtimeFailure, SelectionFailure, type DbtError } from './failure.ts';
import { locate } from './position.ts';
import type { PreviousState, SourceFreshness } from './previous-state.ts';
import { idsOf, indexProject, type Project } from './project.ts';
import { ProjectFiles } from './project-files.ts';
import { answerTypes } from './resource-types.ts';
import { parseSelectorsFile, selectorsOfManifest, type Selectors } from './selectors-file.ts';
import { INDIRECT_SELECTIONS, type IndirectSelection, type Spec } from './spec.ts';

/** What a project is made of besides its manifest; each is optional and only some methods need it. */
export interface ProjectContext {
  /** The text of selectors.yml; without it the selectors that dbt wrote into the manifest are used. */
  readonly selectorsFile?: string;
  /** Every path under the project's root, for `path:`; without it, the paths that the manifest names. */
  readonly files?: Iterable<string>;
  /** The current sources.json, for `source_status:`. */
  readonly freshness?: SourceFreshness;
  readonly flags?: ComparisonFlags;
}

/** A selection, in the words of `dbt ls`. Absent and empty are the same. */
export interface SelectionRequest {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** A named selector; it wins over select and exclude. */
  readonly selector?: string | null;
  readonly previous?: PreviousState;
  readonly indirectSelection?: IndirectSelection | null;
  readonly resourceTypes?: readonly string[];
  readonly excludeResourceTypes?: readonly string[];
  /** Also tell which part of the expression chose each id. */
  readonly explain?: boolean;
}

export type SelectionAnswer =
  | { readonly ids: readonly string[]; readonly warnings: readonly string[]; readonly explanation?: Explanation }
  | { readonly error: DbtError };

/** A project, indexed and ready to be selected from any number of times. */
export class SelectableProject {
  readonly engine: Engine;
  readonly index: Project;
  private knownFiles: ProjectFiles | undefined;
  private readonly selectorsBy = new Map<IndirectSelection, Selectors>();

  constructor(
    readonly manifest: Manifest,
    private readonly context: ProjectContext = {},
  ) {
    this.engine = engineOf(manifest);
    this.index = indexProject(manifest);
  }

  /** Read only once somebody asks for a path: a project's folder may be large. */
  private get files(): ProjectFiles {
    const { files } = this.context;
    return (this.knownFiles ??= files ? new ProjectFiles(files) : ProjectFiles.ofManifest(this.manifest));
  }

  /** Answers what `dbt ls` would: sorted unique ids, or dbt's own error. */
  select(request: SelectionRequest): SelectionAnswer {
    try {
      return this.answer(request);
    } catch (failure) {
      if (!(failure instanceof SelectionFailure)) throw failure;
      const at = failure.raw === undefined ? undefined : locate(request, this.context.selectorsFile, failure.raw);
      return { error: at ? { ...failure.error, at } : failure.error };
    }
  }

  private answer(request: SelectionRequest): SelectionAnswer {
    const warnings: string[] = this.engine.warning ? [this.engine.warning] : [];
    const warn = (warning: string) => void (warnings.includes(warning) || warnings.push(warning));
    const dialect = this.dialect(request);
    const types = answerTypes(request.resourceTypes ?? [], request.excludeResourceTypes ?? []);
    const selectors = this.selectors(dialect);
    const spec = this.specOf(request, selectors, dialect, warn);
    const traces: CriterionTrace[] = [];
    const set = evaluate(spec, {
      project: this.index,
      methodContext: {
        files: () => this.files,
        selectors,
        previous: request.previous,
        freshness: this.context.freshness,
        flags: this.context.flags ?? {},
        warn,
      },
      isAnswer: (i) => types.has(this.index.nodes[i]!.resource_type),
      ...(request.explain && { trace: (trace: CriterionTrace) => void traces.push(trace) }),
    });
    const ids = idsOf(this.index, set);
    if (ids.length === 0) warn('No nodes selected!');
    return { ids, warnings, ...(request.explain && { explanation: explain(this.index, ids, traces) }) };
  }

  private dialect(request: SelectionRequest): Dialect {
    const asked = request.indirectSelection?.toLowerCase() ?? 'eager';
    const indirectSelection = INDIRECT_SELECTIONS.find((mode) => mode === asked);
    if (!indirectSelection) {
      const choices = INDIRECT_SELECTIONS.map((mode) => `'${mode}'`).join(', ');
      const message = `Invalid value for '--indirect-selection': '${request.indirectSelection}' is not one of ${choices}.`;
      throw new SelectionFailure({ class: 'BadParameter', message });
    }
    return { semantics: this.engine.semantics, indirectSelection };
  }

  /** The selectors depend on the mode, which every criterion without one of its own takes over. */
  private selectors(dialect: Dialect): Selectors {
    const known = this.selectorsBy.get(dialect.indirectSelection);
    if (known) return known;
    const { selectorsFile } = this.context;
    // what stands between braces only dbt can fill in, and its answer is in the manifest
    const isTemplate = selectorsFile !== undefined && /\{[{%]/.test(selectorsFile);
    const parsed =
      selectorsFile === undefined || isTemplate
        ? selectorsOfManifest(this.manifest.selectors ?? {}, dialect)
        : parseSelectorsFile(selectorsFile, dialect);
    this.selectorsBy.set(dialect.indirectSelection, parsed);
    return parsed;
  }

  private specOf(
    request: SelectionRequest,
    selectors: Selectors,
    dialect: Dialect,
    warn: (warning: string) => void,
  ): Spec {
    const [select, exclude] = [request.select ?? [], request.exclude ?? []];
    const isBare = select.length === 0 && exclude.length === 0;
    if (request.selector) {
      const named = selectors.get(request.selector);
      if (!named) {
        const known = [...selectors.keys()].map((name) => `'${name}'`).join(', ');
        throw runtimeFailure(`Could not find selector named ${request.selector}, expected one of [${known}]`, {
          raw: request.selector,
        });
      }
      if (!isBare) {
        warn(
          'The --select and --exclude arguments are being ignored for node selection because --selector is provided',
        );
      }
      return named.definition;
    }
    const byDefault = isBare ? [...selectors.values()].find((selector) => selector.isDefault) : undefined;
    return byDefault ? byDefault.definition : parseCommandLine(select, exclude, dialect);
  }
}
