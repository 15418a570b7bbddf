// Written by `npm run gen`; do not edit.
import { z } from 'zod';
export const digestSchema = z
  .string()
  .regex(new RegExp('^sha256:[0-9a-f]{64}$'))
  .describe("SHA-256 of canonical bytes or of a file's own bytes.");
export const canvasStateSchema = z
  .object({
    schemaVersion: z.string().regex(new RegExp('^1\\.\\d+$')),
    snapshot: digestSchema,
    view: z.enum(['map', 'group', 'focus']),
    focus: z.string().min(1).optional(),
    depth: z
      .object({ up: z.number().int().gte(0).lte(20), down: z.number().int().gte(0).lte(20) })
      .strict()
      .optional(),
    viewport: z
      .object({ x: z.number(), y: z.number(), zoom: z.number().gt(0) })
      .strict()
      .optional(),
    pinned: z.array(z.object({ urn: z.string().min(1), x: z.number(), y: z.number() }).strict()).optional(),
    collapsed: z.array(z.string().min(1)).optional(),
    lens: z.enum(['type', 'owner', 'status', 'cost', 'freshness']).optional(),
  })
  .strict()
  .describe('What a person arranged on the graph canvas: view, focus, pins. Never part of the graph itself.');
export const partHashesSchema = z
  .record(z.string(), digestSchema)
  .describe("Part of a node's own identity to its hash.");
export const upstreamPrintsSchema = z
  .record(z.string(), z.string().regex(new RegExp('^(absent|sha256:[0-9a-f]{64})$')))
  .describe('Direct input to its fingerprint.');
export const queryRuleSchema = z
  .enum([
    'columns',
    'seed',
    'python',
    'incremental',
    'snapshot',
    'materialization',
    'hooks',
    'sql_header',
    'introspective',
    'stored_failures',
    'hidden_input',
    'unparsed',
    'unsupported',
    'unknown_function',
    'unknown_relation',
    'unresolved_name',
    'limit',
    'not_a_query',
    'not_compiled',
    'not_read',
  ])
  .describe('`columns`: known column by column; everything else says why not.');
export const contentHashSchema = z
  .union([
    z.string().regex(new RegExp('^[0-9a-f]{40}$')).describe('Null: nobody can tell.'),
    z.null().describe('Null: nobody can tell.'),
  ])
  .describe('Null: nobody can tell.');
export const nodeStateSchema = z
  .object({
    built: z.union([
      z
        .object({
          parts: partHashesSchema,
          upstream: upstreamPrintsSchema,
          fingerprint: digestSchema,
          macroTable: digestSchema,
          run: z.string().min(1),
          attempt: z.number().int().gte(0),
          finishedAt: z.union([z.string(), z.null()]),
          relation: z.union([z.string(), z.null()]),
          data: z.record(z.string(), z.string()),
          query: z
            .object({
              text: z.string().min(1),
              settings: z.string().min(1),
              rule: queryRuleSchema,
              result: contentHashSchema,
              content: z
                .object({
                  rows: contentHashSchema,
                  columns: z.record(z.string(), contentHashSchema),
                  names: z.array(z.string()),
                  rest: contentHashSchema.optional(),
                  self: contentHashSchema,
                })
                .strict(),
            })
            .strict()
            .describe('What its compiled SQL says; absent where nobody looked.')
            .optional(),
        })
        .strict(),
      z.null(),
    ]),
    last: z
      .object({
        result: z.enum(['succeeded', 'failed', 'skipped']),
        status: z.string(),
        run: z.string().min(1),
        attempt: z.number().int().gte(0),
        finishedAt: z.union([z.string(), z.null()]),
      })
      .strict(),
  })
  .strict();
export const environmentStateSchema = z
  .object({
    schemaVersion: z.string().regex(new RegExp('^1\\.\\d+$')),
    nodes: z.record(z.string(), nodeStateSchema),
    inputs: z
      .record(
        z.string(),
        z
          .object({
            id: z.string().min(1),
            parts: partHashesSchema,
            upstream: upstreamPrintsSchema,
            macroTable: digestSchema,
          })
          .strict(),
      )
      .describe('Fingerprint to what it was made of, for inputs that are not built themselves.'),
    macroTables: z
      .record(z.string(), z.record(z.string(), digestSchema))
      .describe('Hash to macro id to the hash of its SQL.'),
    reached: z
      .record(z.string(), z.array(z.string().min(1)))
      .describe('Hash of a `macros` part to the ids of the macros reached.'),
  })
  .strict()
  .describe('What an environment holds: for every node, what it was built from and how its last run ended.');
export const eventTimeSchema = z
  .string()
  .regex(new RegExp('^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$'))
  .describe('A moment in UTC, as dbt takes it.');
export const slugSchema = z
  .string()
  .regex(new RegExp('^[a-z0-9][a-z0-9_-]{0,62}$'))
  .describe('A short name in URLs: lower case, digits, dash, underscore.');
export const deferredNodeSchema = z
  .object({
    fingerprint: digestSchema,
    run: z.string().min(1),
    attempt: z.number().int().gte(0),
    relation: z.string().min(1),
    columns: z.array(z.string().min(1)).describe('Empty where they are not known, all of them.'),
  })
  .strict()
  .describe('What was built there last, and from what.');
export const planReasonSchema = z
  .object({
    code: z.enum([
      'never_built',
      'last_failed',
      'last_skipped',
      'changed',
      'upstream',
      'full_refresh',
      'data_changed',
      'data_unknown',
      'unchanged',
      'same_query',
      'same_inputs',
      'event_time',
      'tests_only',
    ]),
    status: z.string().min(1).optional(),
    part: z.string().min(1).optional(),
    macros: z.array(z.string().min(1)).optional(),
    id: z.string().min(1).optional(),
    why: z.enum(['runs', 'carries', 'changed', 'added', 'removed']).optional(),
    assumed: z.array(z.string().min(1)).optional(),
    parts: z.array(z.string().min(1)).optional(),
    inputs: z.array(z.string().min(1)).optional(),
    uses: z.array(z.string().min(1)).optional(),
    rule: z
      .enum([
        'columns',
        'seed',
        'python',
        'incremental',
        'snapshot',
        'materialization',
        'hooks',
        'sql_header',
        'introspective',
        'stored_failures',
        'hidden_input',
        'unparsed',
        'unsupported',
        'unknown_function',
        'unknown_relation',
        'unresolved_name',
        'limit',
        'not_a_query',
        'not_compiled',
        'not_read',
        'binding',
      ])
      .optional(),
    start: eventTimeSchema.optional(),
    end: eventTimeSchema.optional(),
    tests: z.array(z.string().min(1)).min(1).optional(),
  })
  .strict()
  .describe('Why a verdict is what it is.');
export const planEntrySchema = z
  .object({
    id: z.string().min(1),
    type: z.string().min(1),
    verdict: z.enum(['RUN', 'SKIP', 'PARTIAL']),
    reasons: z.array(planReasonSchema).min(1),
    cause: z.array(z.string().min(1)),
    evidence: z
      .object({
        parts: partHashesSchema,
        upstream: upstreamPrintsSchema,
        fingerprint: digestSchema,
        state: z.union([
          z
            .object({
              fingerprint: z.union([digestSchema, z.null()]),
              parts: partHashesSchema,
              upstream: upstreamPrintsSchema,
              result: z.enum(['succeeded', 'failed', 'skipped']),
              run: z.string().min(1),
              attempt: z.number().int().gte(0),
              finishedAt: z.union([z.string(), z.null()]),
              query: z
                .union([z.object({ rule: queryRuleSchema, result: contentHashSchema }).strict(), z.null()])
                .optional(),
            })
            .strict(),
          z.null(),
        ]),
        query: z
          .union([
            z
              .object({
                rule: queryRuleSchema,
                what: z.string().optional(),
                result: contentHashSchema,
                uses: z.record(z.string(), z.array(z.string().min(1))).describe('Input to what is read of it.'),
              })
              .strict(),
            z.null(),
          ])
          .optional(),
      })
      .strict(),
    deferred: z
      .array(z.string().min(1))
      .min(1)
      .describe('Of a node that runs: what it reads from the other environment.')
      .optional(),
  })
  .strict()
  .describe(
    "The verdict on one node. PARTIAL: only the batches of the plan's event time are built, or only its tests run. `cause`: ids from where a change began to this node; empty when it is skipped itself.",
  );
export const planInputSchema = z
  .object({
    id: z.string().min(1),
    type: z.string().min(1),
    parts: partHashesSchema,
    upstream: upstreamPrintsSchema,
    fingerprint: digestSchema,
  })
  .strict()
  .describe('What entries read that is not built itself.');
export const executionPlanSchema = z
  .object({
    schemaVersion: z.string().regex(new RegExp('^1\\.\\d+$')),
    digest: digestSchema,
    header: z
      .object({
        rules: z.string().min(1).describe('The rules that verdicts follow.'),
        project: z.string().min(1),
        adapter: z.union([z.string(), z.null()]),
        engine: z.union([z.string(), z.null()]),
        snapshot: digestSchema,
        manifest: digestSchema,
        state: digestSchema,
        selection: z.union([
          z.object({ select: z.array(z.string().min(1)), exclude: z.array(z.string().min(1)) }).strict(),
          z.null(),
        ]),
        fullRefresh: z.boolean(),
        data: z
          .object({
            mode: z.enum(['assume', 'check']),
            assumed: z.array(
              z.object({ id: z.string().min(1), what: z.enum(['source', 'seed_file', 'snapshot_input']) }).strict(),
            ),
            versions: z
              .record(z.string(), z.string())
              .describe('Source or seed id to the version of its data that was found.'),
          })
          .strict(),
        files: z
          .record(z.string(), digestSchema)
          .describe('Seed id to the hash of its file, where the manifest has only a path.'),
        counts: z
          .object({ run: z.number().int().gte(0), skip: z.number().int().gte(0), partial: z.number().int().gte(0) })
          .strict(),
        eventTime: z
          .object({ start: eventTimeSchema, end: eventTimeSchema })
          .strict()
          .describe('From `start`, up to `end`: the batches of microbatch models that are built. Absent without.')
          .optional(),
        defer: z
          .object({ environment: slugSchema, state: digestSchema, nodes: z.record(z.string(), deferredNodeSchema) })
          .strict()
          .describe(
            'What is read from another environment, as its state says: nodes that this plan does not build and that were never built here.',
          )
          .optional(),
      })
      .strict(),
    entries: z.array(planEntrySchema),
    inputs: z.array(planInputSchema),
    stages: z.array(
      z
        .object({ command: z.literal('build'), nodes: z.array(z.string().min(1)).min(1) })
        .strict()
        .describe('One dbt invocation.'),
    ),
  })
  .strict()
  .describe(
    'What would run and why, with all evidence. Its file is exactly its canonical bytes; `digest` is the hash of the canonical plan without that field.',
  );
export const graphNodeSchema = z
  .object({
    id: z.string().min(1).describe("dbt's unique_id."),
    type: z.string().min(1),
    name: z.string(),
    package: z.string(),
    path: z.string().min(1).optional(),
    fqn: z.array(z.string()).optional(),
    description: z.string().optional(),
    tags: z.array(z.string()).optional(),
    owner: z.string().min(1).optional(),
    group: z.string().min(1).optional(),
    access: z.string().min(1).optional(),
    materialized: z.string().min(1).optional(),
    version: z.string().min(1).optional(),
    relation: z
      .object({
        database: z.union([z.string(), z.null()]),
        schema: z.union([z.string(), z.null()]),
        identifier: z.string(),
      })
      .strict()
      .optional(),
    columns: z
      .array(
        z
          .object({
            name: z.string(),
            type: z.string().optional(),
            description: z.string().optional(),
            tags: z.array(z.string()).optional(),
            absent: z.literal(true).describe('Documented, but the warehouse has no such column.').optional(),
          })
          .strict(),
      )
      .optional(),
    config: z.record(z.string(), z.any()).optional(),
    meta: z.record(z.string(), z.any()).optional(),
    code: z
      .object({ language: z.string().min(1), hash: digestSchema })
      .strict()
      .optional(),
    contract: z.boolean().optional(),
    test: z
      .object({
        kind: z.string().min(1),
        column: z.string().min(1).optional(),
        attachedTo: z.string().min(1).optional(),
        severity: z.string().min(1).optional(),
      })
      .strict()
      .optional(),
    exposure: z
      .object({ kind: z.string().min(1), maturity: z.string().min(1).optional(), url: z.string().min(1).optional() })
      .strict()
      .optional(),
    dependsOn: z.array(z.string().min(1)).describe('Ids of enabled nodes that this one reads, sorted.'),
    missing: z.array(z.string().min(1)).describe('Ids it names that are disabled or not there.').optional(),
  })
  .describe('Anything enabled that can stand at the end of an edge.');
export const logicalGraphSchema = z
  .object({
    schemaVersion: z.string().regex(new RegExp('^1\\.\\d+$')),
    project: z.string().min(1),
    adapter: z.union([z.string(), z.null()]),
    nodes: z.array(graphNodeSchema),
  })
  .describe(
    'A dbt project as one graph, in canonical order and without anything that changes by itself. The URN of a node is hg:<project>/<id>.',
  );
export const problemSchema = z
  .object({
    type: z.string().min(1),
    title: z.string().min(1),
    status: z.number().int(),
    code: z.string().min(1),
    detail: z.string().optional(),
    where: z.string().optional(),
    hint: z.string().optional(),
    requestId: z.string().optional(),
  })
  .catchall(z.any())
  .describe('RFC 9457 problem: what was wrong, where, and what to do.');
export const uuidSchema = z.string().uuid().describe('UUIDv7 of a row.');
export const timeSchema = z.string().datetime({ offset: true }).describe('RFC 3339, UTC.');
export const actorSchema = z
  .object({ kind: z.enum(['person', 'service-account', 'service']), id: z.string().min(1) })
  .strict()
  .describe('Who did it.');
export const provenanceEventSchema = z
  .object({
    schemaVersion: z.string().regex(new RegExp('^1\\.\\d+$')),
    specversion: z.literal('1.0'),
    id: uuidSchema,
    time: timeSchema,
    source: z.string().min(1),
    type: z.string().regex(new RegExp('^[a-z-]+\\.[a-z-]+$')),
    org: uuidSchema,
    service: z.string().min(1),
    ordinal: z.number().int().gte(1).describe('Gapless per (org, service), from 1.'),
    actor: actorSchema,
    project: slugSchema.optional(),
    environment: slugSchema.optional(),
    requestid: z.string().min(1).optional(),
    traceparent: z.string().min(1).optional(),
    correlationid: z.string().min(1).optional(),
    causationid: z.string().min(1).optional(),
    diff: z.record(z.string(), z.any()).describe('What changed, redacted.').optional(),
    data: z.record(z.string(), z.any()),
    leafhash: digestSchema.optional(),
  })
  .catchall(z.any())
  .describe('One immutable fact: the CloudEvents 1.0 envelope that every event travels in, and the audit leaf it is.');
export const permissionSchema = z.string().regex(new RegExp('^[a-z]+:[a-z]+$')).describe('noun:verb');
export const accessDeniedSchema = z
  .object({
    operation: z.string().min(1),
    permission: permissionSchema,
    because: z.string().min(1),
    project: slugSchema.optional(),
    environment: slugSchema.optional(),
  })
  .describe('A request was refused by the authorization rules.');
export const artifactIngestedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    artifact: digestSchema,
    kind: z.enum(['manifest', 'catalog', 'run_results', 'sources']),
    ingest: uuidSchema,
    run: uuidSchema.optional(),
    manifest: digestSchema.optional(),
  })
  .describe('A dbt artifact was taken whole.');
export const datasetCommittedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    dataset: slugSchema,
    version: z.number().int().gte(1),
    mode: z.enum(['replace', 'append']),
    task: uuidSchema,
    attempt: z.number().int().gte(1),
    part: uuidSchema,
    rows: z.number().int().gte(0),
    digest: digestSchema,
  })
  .describe("A task's end moved a dataset to a new version.");
export const datasetPurgedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    dataset: slugSchema,
    keep: z.number().int().gte(1),
    versions: z.number().int().gte(0),
    parts: z.number().int().gte(0),
    before: z.number().int().gte(1),
  })
  .describe('Old versions of a dataset were forgotten.');
export const environmentChangedSchema = z
  .object({ project: slugSchema, environment: slugSchema, changed: z.array(z.string().min(1)) })
  .describe("An environment's settings or variables changed; values are never in the event.");
export const environmentCreatedSchema = z
  .object({ project: slugSchema, environment: slugSchema, adapter: z.string().min(1) })
  .describe('A project has one more environment.');
export const environmentRevealedSchema = z
  .object({ project: slugSchema, environment: slugSchema, names: z.array(z.string().min(1)) })
  .describe('Secret variables of an environment were given, in plaintext, to the sandbox that asked for them.');
export const feedRemovedSchema = z
  .object({ project: slugSchema, environment: slugSchema, feed: slugSchema })
  .describe('Artifacts are not pulled from there any more.');
export const feedSavedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    feed: slugSchema,
    url: z.string().min(1),
    endpoint: z.string().min(1).optional(),
    region: z.string().min(1).optional(),
    pathStyle: z.boolean().optional(),
    everyMinutes: z.number().int().gte(1).optional(),
    credentials: z.enum(['none', 'aws', 'basic', 'bearer', 'header']),
  })
  .describe('Artifacts are pulled from somewhere; credentials are told of by kind only.');
export const roleSchema = z.enum(['viewer', 'engineer', 'steward', 'admin', 'owner', 'service']);
export const grantChangedSchema = z
  .object({
    subject: actorSchema,
    role: z.union([roleSchema, z.null()]),
    project: slugSchema.optional(),
    environment: slugSchema.optional(),
    grantVersion: z.number().int().gte(0),
  })
  .describe("Somebody's role changed; the grant version rises by one.");
export const jobRemovedSchema = z
  .object({
    jobs: z.number().int().gte(1),
    tasks: z.number().int().gte(0),
    days: z.number().gte(0).describe('How long they were kept after they had ended.'),
  })
  .describe(
    'Jobs that ended long ago, with their tasks and attempts, are kept no longer. What happened to them stays in the audit.',
  );
export const limitRemovedSchema = z
  .object({ key: z.string().min(1) })
  .describe('Tasks of a rate key start as soon as they can again.');
export const limitSetSchema = z
  .object({
    key: z.string().min(1),
    starts: z.number().int().gte(1),
    seconds: z.number().int().gte(1),
    burst: z.number().int().gte(1),
  })
  .describe('An organization said how often tasks of a rate key may start.');
export const lineageCommittedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    status: z.enum(['complete', 'none']),
    manifest: digestSchema,
    catalog: digestSchema.optional(),
    seq: z.number().int().gte(1),
    nodes: z.number().int().gte(0),
    edges: z.number().int().gte(0),
    computed: z.number().int().gte(0),
    failed: z.number().int().gte(0),
  })
  .describe('Column lineage of a manifest became visible in an environment.');
export const lineageOverriddenSchema = z
  .object({
    project: slugSchema,
    id: uuidSchema,
    source: z.string().min(1),
    target: z.string().min(1),
    kind: z.enum(['value', 'filter', 'join', 'group', 'order', 'window']),
    decision: z.enum(['confirm', 'reject', 'add']),
    reason: z.string().min(1),
    by: z.string().min(1),
  })
  .describe('Somebody confirmed, rejected or added an edge of column lineage.');
export const lineageOverrideRemovedSchema = z
  .object({
    project: slugSchema,
    id: uuidSchema,
    source: z.string().min(1),
    target: z.string().min(1),
    kind: z.enum(['value', 'filter', 'join', 'group', 'order', 'window']),
  })
  .describe('A decision about an edge of column lineage was taken back.');
export const personIdSchema = z
  .string()
  .regex(new RegExp('^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$'))
  .describe('What grants and the audit call a person: a short name or an e-mail address.');
export const linkCreatedSchema = z
  .object({ link: uuidSchema, person: personIdSchema, expiresAt: timeSchema })
  .describe('A one-time link for signing in was made; only its hash is kept.');
export const linkUsedSchema = z
  .object({ link: uuidSchema, person: personIdSchema })
  .describe('A one-time link was used up; a session follows.');
export const orgCreatedSchema = z
  .object({ org: uuidSchema, slug: slugSchema, name: z.string().min(1) })
  .describe('An organization exists.');
export const personCreatedSchema = z
  .object({ person: personIdSchema, name: z.string().min(1).max(200) })
  .describe('Somebody may sign in.');
export const planDecidedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    plan: uuidSchema,
    document: digestSchema,
    verdict: z.enum(['allow', 'deny']),
    by: z.string().min(1),
    snapshot: digestSchema,
    revision: digestSchema.optional(),
  })
  .describe('A plan may run, or may not.');
export const planProposedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    plan: uuidSchema,
    document: digestSchema,
    snapshot: digestSchema,
    run: z.number().int().gte(0),
    skip: z.number().int().gte(0),
    partial: z.number().int().gte(0),
  })
  .describe('A plan says for every node whether it runs, and why.');
export const projectCreatedSchema = z
  .object({ project: slugSchema, name: z.string().min(1) })
  .describe('A project exists in the organization.');
export const revisionCreatedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    revision: digestSchema,
    files: z.number().int().gte(0),
    bytes: z.number().int().gte(0),
  })
  .describe("A state of the project's files, by content, is known.");
export const runCancelRequestedSchema = z
  .object({ project: slugSchema, environment: slugSchema, run: uuidSchema })
  .describe('Somebody asked for a run to stop.');
export const runFinishedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    run: uuidSchema,
    kind: z.enum(['plan', 'parse', 'operation']),
    outcome: z.enum(['succeeded', 'failed', 'cancelled']),
    plan: uuidSchema.optional(),
    document: digestSchema.optional(),
    revision: digestSchema,
    attempt: z.number().int().gte(0),
    artifacts: z.array(
      z.object({ name: z.string().min(1), blob: digestSchema, bytes: z.number().int().gte(0) }).strict(),
    ),
    reason: z.string().min(1).optional(),
    origin: uuidSchema.optional(),
  })
  .describe('A run ended; its outputs are named by digest.');
export const runObservedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    run: z.string().min(1),
    nodes: z.array(z.object({ node: z.string().min(1), status: z.string().min(1) }).strict()),
  })
  .describe("Somebody else's run told how nodes ended in it.");
export const runRequestedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    run: uuidSchema,
    kind: z.enum(['plan', 'parse', 'operation']),
    plan: uuidSchema.optional(),
    revision: digestSchema,
    concurrencyKey: z.string().min(1),
    stages: z
      .array(
        z
          .object({
            command: z.array(z.string().min(1)).min(1).describe("dbt's arguments, without the executable."),
            selectors: digestSchema.optional(),
            defer: z
              .object({
                environment: slugSchema,
                manifest: digestSchema,
                attach: z
                  .object({ database: z.string().min(1), as: z.string().min(1) })
                  .strict()
                  .optional(),
              })
              .strict()
              .describe(
                'What is read from another environment: blob of the manifest that dbt defers to; `attach`: the database of a file there, and the name that it is read under.',
              )
              .optional(),
          })
          .strict()
          .describe('One dbt invocation. `selectors`: blob of a selectors.yml for the overlay.'),
      )
      .min(1),
    origin: uuidSchema.optional(),
  })
  .describe('A run waits to be executed, stage by stage.');
export const scheduleChangedSchema = z
  .object({ project: slugSchema, environment: slugSchema, schedule: slugSchema })
  .describe('A schedule is another one, rests, or goes on.');
export const scheduleCreatedSchema = z
  .object({ project: slugSchema, environment: slugSchema, schedule: slugSchema })
  .describe('An environment is to be run again and again.');
export const scheduleFiredSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    schedule: slugSchema,
    fire: uuidSchema,
    trigger: z.enum(['cron', 'ingest', 'upstream', 'manual', 'api']),
    cause: z.string().min(1),
    plannedAt: timeSchema.optional(),
    missed: z.number().int().gte(0).optional(),
  })
  .describe('A schedule was set off: its environment is planned and run once its turn comes.');
export const scheduleRemovedSchema = z
  .object({ project: slugSchema, environment: slugSchema, schedule: slugSchema })
  .describe('A schedule was forgotten.');
export const scheduleSkippedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    schedule: slugSchema,
    fire: uuidSchema,
    trigger: z.enum(['cron', 'ingest', 'upstream', 'manual', 'api']),
    cause: z.string().min(1),
    plannedAt: timeSchema.optional(),
    missed: z.number().int().gte(0).optional(),
    reason: z.string().min(1),
  })
  .describe('A schedule was not set off, or its fire did not come to its turn.');
export const scheduleStrandedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    schedule: slugSchema,
    fire: uuidSchema,
    plan: uuidSchema,
    cause: z.string().min(1),
    reason: z.string().min(1),
  })
  .describe(
    "A fire's plan was decided, and for a long time no run of it began; its environment is free for the next fire. Should the run begin after all, the fire ends as that does.",
  );
export const selectionRemovedSchema = z
  .object({ project: slugSchema, name: slugSchema })
  .describe('A saved selection was forgotten.');
export const selectionSavedSchema = z
  .object({ project: slugSchema, name: slugSchema })
  .describe('A selection was kept under a name.');
export const sessionClosedSchema = z
  .object({ session: uuidSchema, person: personIdSchema, because: z.enum(['signed-out', 'signed-in-again', 'ended']) })
  .describe('A session ended before its time.');
export const sessionOpenedSchema = z
  .object({
    session: uuidSchema,
    person: personIdSchema,
    by: z.string().min(1).describe('The issuer that vouched, or `link`.'),
  })
  .describe('A person signed in.');
export const sessionRefusedSchema = z
  .object({ person: personIdSchema.optional(), by: z.string().min(1).optional(), because: z.string().min(1) })
  .describe('Somebody was not let in.');
export const snapshotCommittedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    snapshot: digestSchema,
    seq: z.number().int().gte(1),
    nodes: z.number().int().gte(0),
    edges: z.number().int().gte(0),
    manifest: digestSchema,
    revision: digestSchema.optional(),
  })
  .describe('A new graph became visible in an environment.');
export const snapshotExpiredSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    snapshots: z.array(z.object({ seq: z.number().int().gte(1), snapshot: digestSchema }).strict()),
    artifacts: z.number().int().gte(0).describe('How many delivered files are not kept any more.'),
    rows: z.number().int().gte(0).describe('How many rows of the index only those snapshots showed.'),
  })
  .describe('Snapshots that nothing needs any more were removed, with what only they showed.');
export const taskCancelRequestedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    attempt: z.number().int().gte(1),
    cause: z.string().min(1),
  })
  .describe('Whoever works on this attempt is asked to stop.');
export const taskClaimedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    attempt: z.number().int().gte(1),
    worker: z.string().min(1),
    run: uuidSchema,
  })
  .describe('A worker holds the lease of an attempt.');
export const taskDiscardedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    reason: z.string().min(1),
  })
  .describe('A dead letter will not be tried again.');
export const taskExpiredSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    attempt: z.number().int().gte(1),
    again: z.boolean(),
  })
  .describe('A lease ran out; the attempt is fenced off.');
export const taskFinishedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    attempt: z.number().int().gte(0),
    outcome: z.enum(['succeeded', 'failed', 'cancelled']),
    result: z.record(z.string(), z.any()),
    cause: z.string().min(1).optional(),
    run: uuidSchema,
  })
  .describe('An attempt committed its outcome; no other attempt can.');
export const taskQueuedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    operator: z.string().min(1),
  })
  .describe('A unit of work waits for a worker.');
export const taskReplayedSchema = z
  .object({ project: slugSchema, environment: slugSchema, job: uuidSchema, task: uuidSchema, replay: uuidSchema })
  .describe('A dead letter is tried again, as a new job.');
export const tokenCreatedSchema = z
  .object({
    token: uuidSchema,
    name: z.string().min(1),
    role: roleSchema,
    expiresAt: timeSchema.optional(),
    project: slugSchema.optional(),
    environment: slugSchema.optional(),
  })
  .describe('A service token was made; only its hash is kept.');
export const tokenRevokedSchema = z.object({ token: uuidSchema }).describe('A service token no longer works.');
export const zodSchemas = {
  CanvasState: canvasStateSchema,
  EnvironmentState: environmentStateSchema,
  ExecutionPlan: executionPlanSchema,
  LogicalGraph: logicalGraphSchema,
  Problem: problemSchema,
  ProvenanceEvent: provenanceEventSchema,
  AccessDenied: accessDeniedSchema,
  ArtifactIngested: artifactIngestedSchema,
  DatasetCommitted: datasetCommittedSchema,
  DatasetPurged: datasetPurgedSchema,
  EnvironmentChanged: environmentChangedSchema,
  EnvironmentCreated: environmentCreatedSchema,
  EnvironmentRevealed: environmentRevealedSchema,
  FeedRemoved: feedRemovedSchema,
  FeedSaved: feedSavedSchema,
  GrantChanged: grantChangedSchema,
  JobRemoved: jobRemovedSchema,
  LimitRemoved: limitRemovedSchema,
  LimitSet: limitSetSchema,
  LineageCommitted: lineageCommittedSchema,
  LineageOverridden: lineageOverriddenSchema,
  LineageOverrideRemoved: lineageOverrideRemovedSchema,
  LinkCreated: linkCreatedSchema,
  LinkUsed: linkUsedSchema,
  OrgCreated: orgCreatedSchema,
  PersonCreated: personCreatedSchema,
  PlanDecided: planDecidedSchema,
  PlanProposed: planProposedSchema,
  ProjectCreated: projectCreatedSchema,
  RevisionCreated: revisionCreatedSchema,
  RunCancelRequested: runCancelRequestedSchema,
  RunFinished: runFinishedSchema,
  RunObserved: runObservedSchema,
  RunRequested: runRequestedSchema,
  ScheduleChanged: scheduleChangedSchema,
  ScheduleCreated: scheduleCreatedSchema,
  ScheduleFired: scheduleFiredSchema,
  ScheduleRemoved: scheduleRemovedSchema,
  ScheduleSkipped: scheduleSkippedSchema,
  ScheduleStranded: scheduleStrandedSchema,
  SelectionRemoved: selectionRemovedSchema,
  SelectionSaved: selectionSavedSchema,
  SessionClosed: sessionClosedSchema,
  SessionOpened: sessionOpenedSchema,
  SessionRefused: sessionRefusedSchema,
  SnapshotCommitted: snapshotCommittedSchema,
  SnapshotExpired: snapshotExpiredSchema,
  TaskCancelRequested: taskCancelRequestedSchema,
  TaskClaimed: taskClaimedSchema,
  TaskDiscarded: taskDiscardedSchema,
  TaskExpired: taskExpiredSchema,
  TaskFinished: taskFinishedSchema,
  TaskQueued: taskQueuedSchema,
  TaskReplayed: taskReplayedSchema,
  TokenCreated: tokenCreatedSchema,
  TokenRevoked: tokenRevokedSchema,
};
