/** A dbt project as data, small enough to change at random and to write out as files. */
export interface Plan {
  readonly materialization: string;
  folders: Record<string, Record<string, unknown>>;
  macros: MacroPlan[];
  sources: SourcePlan[];
  seeds: SeedPlan[];
  models: ModelPlan[];
  snapshots: SnapshotPlan[];
  singularTests: SingularTestPlan[];
  analyses: string[];
  functions: FunctionPlan[];
  exposures: ExposurePlan[];
  semantics: SemanticPlan | null;
  unitTests: UnitTestPlan[];
}

export interface MacroPlan {
  name: string;
  body: string;
  calls: string[];
}

export interface TestPlan {
  test: string;
  config: Record<string, unknown>;
  args: Record<string, unknown>;
  name: string | null;
}

export interface ColumnPlan {
  name: string;
  description: string;
  data_type: string;
  constraints: { type: string }[];
  tests: TestPlan[];
}

export interface ModelPlan {
  name: string;
  folder: string;
  /** Expressions for `from`: ref(…), source(…). */
  parents: string[];
  macros: string[];
  config: Record<string, unknown>;
  yamlConfig: Record<string, unknown>;
  inFileConfig: boolean;
  description: string;
  columns: ColumnPlan[];
  body: string;
  versions: { v: number | string; description: string }[] | null;
  latest: number | string | null;
  deprecation: string | null;
  package: 'root' | 'pkg';
}

export interface SourcePlan {
  name: string;
  schema: string;
  config: Record<string, unknown>;
  tables: {
    name: string;
    identifier: string | null;
    description: string;
    config: Record<string, unknown>;
    quoting: boolean | null;
    external: string | null;
    tests: TestPlan[];
  }[];
}

export interface SeedPlan {
  name: string;
  folder: string;
  rows: string;
  config: Record<string, unknown>;
}

export interface SnapshotPlan {
  name: string;
  relation: string;
  config: Record<string, unknown>;
}

export interface SingularTestPlan {
  name: string;
  parents: string[];
  config: Record<string, unknown>;
  body: string;
}

export interface FunctionPlan {
  name: string;
  body: string;
  returns: string;
  argument: string;
  config: Record<string, unknown>;
}

export interface ExposurePlan {
  name: string;
  type: string;
  owner: string;
  url: string | null;
  maturity: string | null;
  label: string | null;
  description: string;
  config: Record<string, unknown>;
  depends: string[];
}

export interface SemanticPlan {
  model: string;
  description: string | null;
  measures: string[];
  metrics: { name: string; label: string; description: string; config: Record<string, unknown> }[];
  savedQuery: { name: string; groupBy: string; config: Record<string, unknown>; label: string } | null;
}

export interface UnitTestPlan {
  name: string;
  model: string;
  amount: number;
  description: string;
  config: Record<string, unknown>;
}
