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
export const slugSchema = z
  .string()
  .regex(new RegExp('^[a-z0-9][a-z0-9_-]{0,62}$'))
  .describe('A short name in URLs: lower case, digits, dash, underscore.');
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
  })
  .describe('A dbt artifact was taken whole.');
export const environmentChangedSchema = z
  .object({ project: slugSchema, environment: slugSchema, changed: z.array(z.string().min(1)) })
  .describe("An environment's settings or variables changed; values are never in the event.");
export const environmentCreatedSchema = z
  .object({ project: slugSchema, environment: slugSchema, adapter: z.string().min(1) })
  .describe('A project has one more environment.');
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
export const orgCreatedSchema = z
  .object({ org: uuidSchema, slug: slugSchema, name: z.string().min(1) })
  .describe('An organization exists.');
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
  })
  .describe('A run ended; its outputs are named by digest.');
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
          })
          .strict()
          .describe('One dbt invocation. `selectors`: blob of a selectors.yml for the overlay.'),
      )
      .min(1),
  })
  .describe('A run waits to be executed, stage by stage.');
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
export const taskClaimedSchema = z
  .object({
    project: slugSchema,
    environment: slugSchema,
    job: uuidSchema,
    task: uuidSchema,
    attempt: z.number().int().gte(1),
    worker: z.string().min(1),
  })
  .describe('A worker holds the lease of an attempt.');
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
export const tokenCreatedSchema = z
  .object({ token: uuidSchema, name: z.string().min(1), role: roleSchema, expiresAt: timeSchema.optional() })
  .describe('A service token was made; only its hash is kept.');
export const tokenRevokedSchema = z.object({ token: uuidSchema }).describe('A service token no longer works.');
export const zodSchemas = {
  CanvasState: canvasStateSchema,
  Problem: problemSchema,
  ProvenanceEvent: provenanceEventSchema,
  AccessDenied: accessDeniedSchema,
  ArtifactIngested: artifactIngestedSchema,
  EnvironmentChanged: environmentChangedSchema,
  EnvironmentCreated: environmentCreatedSchema,
  GrantChanged: grantChangedSchema,
  OrgCreated: orgCreatedSchema,
  PlanDecided: planDecidedSchema,
  PlanProposed: planProposedSchema,
  ProjectCreated: projectCreatedSchema,
  RevisionCreated: revisionCreatedSchema,
  RunCancelRequested: runCancelRequestedSchema,
  RunFinished: runFinishedSchema,
  RunRequested: runRequestedSchema,
  SnapshotCommitted: snapshotCommittedSchema,
  TaskClaimed: taskClaimedSchema,
  TaskExpired: taskExpiredSchema,
  TaskFinished: taskFinishedSchema,
  TaskQueued: taskQueuedSchema,
  TokenCreated: tokenCreatedSchema,
  TokenRevoked: tokenRevokedSchema,
};
