// Written by `npm run gen`; do not edit.
import { eventType } from '../event.ts';
import type {
  AccessDenied,
  ArtifactIngested,
  DatasetCommitted,
  DatasetPurged,
  EnvironmentChanged,
  EnvironmentCreated,
  EnvironmentRevealed,
  FeedRemoved,
  FeedSaved,
  GrantChanged,
  JobRemoved,
  LimitRemoved,
  LimitSet,
  LineageCommitted,
  LineageOverridden,
  LineageOverrideRemoved,
  LinkCreated,
  LinkUsed,
  OrgCreated,
  PersonCreated,
  PlanDecided,
  PlanProposed,
  ProjectCreated,
  RevisionCreated,
  RunCancelRequested,
  RunFinished,
  RunObserved,
  RunRequested,
  ScheduleChanged,
  ScheduleCreated,
  ScheduleFired,
  ScheduleRemoved,
  ScheduleSkipped,
  ScheduleStranded,
  SelectionRemoved,
  SelectionSaved,
  SessionClosed,
  SessionOpened,
  SessionRefused,
  SnapshotCommitted,
  SnapshotExpired,
  TaskCancelRequested,
  TaskClaimed,
  TaskDiscarded,
  TaskExpired,
  TaskFinished,
  TaskQueued,
  TaskReplayed,
  TokenCreated,
  TokenRevoked,
} from './types.ts';
export const accessDenied = eventType<AccessDenied>({
  type: 'access.denied',
  name: 'AccessDenied',
  service: 'identity',
  schemaVersion: '1.0',
});
export const artifactIngested = eventType<ArtifactIngested>({
  type: 'artifact.ingested',
  name: 'ArtifactIngested',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const datasetCommitted = eventType<DatasetCommitted>({
  type: 'dataset.committed',
  name: 'DatasetCommitted',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const datasetPurged = eventType<DatasetPurged>({
  type: 'dataset.purged',
  name: 'DatasetPurged',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const environmentChanged = eventType<EnvironmentChanged>({
  type: 'environment.changed',
  name: 'EnvironmentChanged',
  service: 'identity',
  schemaVersion: '1.0',
});
export const environmentCreated = eventType<EnvironmentCreated>({
  type: 'environment.created',
  name: 'EnvironmentCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const environmentRevealed = eventType<EnvironmentRevealed>({
  type: 'environment.revealed',
  name: 'EnvironmentRevealed',
  service: 'identity',
  schemaVersion: '1.0',
});
export const feedRemoved = eventType<FeedRemoved>({
  type: 'feed.removed',
  name: 'FeedRemoved',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const feedSaved = eventType<FeedSaved>({
  type: 'feed.saved',
  name: 'FeedSaved',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const grantChanged = eventType<GrantChanged>({
  type: 'grant.changed',
  name: 'GrantChanged',
  service: 'identity',
  schemaVersion: '1.0',
});
export const jobRemoved = eventType<JobRemoved>({
  type: 'job.removed',
  name: 'JobRemoved',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const limitRemoved = eventType<LimitRemoved>({
  type: 'limit.removed',
  name: 'LimitRemoved',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const limitSet = eventType<LimitSet>({
  type: 'limit.set',
  name: 'LimitSet',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const lineageCommitted = eventType<LineageCommitted>({
  type: 'lineage.committed',
  name: 'LineageCommitted',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const lineageOverridden = eventType<LineageOverridden>({
  type: 'lineage.overridden',
  name: 'LineageOverridden',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const lineageOverrideRemoved = eventType<LineageOverrideRemoved>({
  type: 'lineage.override-removed',
  name: 'LineageOverrideRemoved',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const linkCreated = eventType<LinkCreated>({
  type: 'link.created',
  name: 'LinkCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const linkUsed = eventType<LinkUsed>({
  type: 'link.used',
  name: 'LinkUsed',
  service: 'identity',
  schemaVersion: '1.0',
});
export const orgCreated = eventType<OrgCreated>({
  type: 'org.created',
  name: 'OrgCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const personCreated = eventType<PersonCreated>({
  type: 'person.created',
  name: 'PersonCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const planDecided = eventType<PlanDecided>({
  type: 'plan.decided',
  name: 'PlanDecided',
  service: 'planner',
  schemaVersion: '1.0',
});
export const planProposed = eventType<PlanProposed>({
  type: 'plan.proposed',
  name: 'PlanProposed',
  service: 'planner',
  schemaVersion: '1.0',
});
export const projectCreated = eventType<ProjectCreated>({
  type: 'project.created',
  name: 'ProjectCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const revisionCreated = eventType<RevisionCreated>({
  type: 'revision.created',
  name: 'RevisionCreated',
  service: 'runner',
  schemaVersion: '1.0',
});
export const runCancelRequested = eventType<RunCancelRequested>({
  type: 'run.cancel-requested',
  name: 'RunCancelRequested',
  service: 'runner',
  schemaVersion: '1.0',
});
export const runFinished = eventType<RunFinished>({
  type: 'run.finished',
  name: 'RunFinished',
  service: 'runner',
  schemaVersion: '1.0',
});
export const runObserved = eventType<RunObserved>({
  type: 'run.observed',
  name: 'RunObserved',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const runRequested = eventType<RunRequested>({
  type: 'run.requested',
  name: 'RunRequested',
  service: 'runner',
  schemaVersion: '1.0',
});
export const scheduleChanged = eventType<ScheduleChanged>({
  type: 'schedule.changed',
  name: 'ScheduleChanged',
  service: 'planner',
  schemaVersion: '1.0',
});
export const scheduleCreated = eventType<ScheduleCreated>({
  type: 'schedule.created',
  name: 'ScheduleCreated',
  service: 'planner',
  schemaVersion: '1.0',
});
export const scheduleFired = eventType<ScheduleFired>({
  type: 'schedule.fired',
  name: 'ScheduleFired',
  service: 'planner',
  schemaVersion: '1.0',
});
export const scheduleRemoved = eventType<ScheduleRemoved>({
  type: 'schedule.removed',
  name: 'ScheduleRemoved',
  service: 'planner',
  schemaVersion: '1.0',
});
export const scheduleSkipped = eventType<ScheduleSkipped>({
  type: 'schedule.skipped',
  name: 'ScheduleSkipped',
  service: 'planner',
  schemaVersion: '1.0',
});
export const scheduleStranded = eventType<ScheduleStranded>({
  type: 'schedule.stranded',
  name: 'ScheduleStranded',
  service: 'planner',
  schemaVersion: '1.0',
});
export const selectionRemoved = eventType<SelectionRemoved>({
  type: 'selection.removed',
  name: 'SelectionRemoved',
  service: 'planner',
  schemaVersion: '1.0',
});
export const selectionSaved = eventType<SelectionSaved>({
  type: 'selection.saved',
  name: 'SelectionSaved',
  service: 'planner',
  schemaVersion: '1.0',
});
export const sessionClosed = eventType<SessionClosed>({
  type: 'session.closed',
  name: 'SessionClosed',
  service: 'identity',
  schemaVersion: '1.0',
});
export const sessionOpened = eventType<SessionOpened>({
  type: 'session.opened',
  name: 'SessionOpened',
  service: 'identity',
  schemaVersion: '1.0',
});
export const sessionRefused = eventType<SessionRefused>({
  type: 'session.refused',
  name: 'SessionRefused',
  service: 'identity',
  schemaVersion: '1.0',
});
export const snapshotCommitted = eventType<SnapshotCommitted>({
  type: 'snapshot.committed',
  name: 'SnapshotCommitted',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const snapshotExpired = eventType<SnapshotExpired>({
  type: 'snapshot.expired',
  name: 'SnapshotExpired',
  service: 'ingestion',
  schemaVersion: '1.0',
});
export const taskCancelRequested = eventType<TaskCancelRequested>({
  type: 'task.cancel-requested',
  name: 'TaskCancelRequested',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskClaimed = eventType<TaskClaimed>({
  type: 'task.claimed',
  name: 'TaskClaimed',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskDiscarded = eventType<TaskDiscarded>({
  type: 'task.discarded',
  name: 'TaskDiscarded',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskExpired = eventType<TaskExpired>({
  type: 'task.expired',
  name: 'TaskExpired',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskFinished = eventType<TaskFinished>({
  type: 'task.finished',
  name: 'TaskFinished',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskQueued = eventType<TaskQueued>({
  type: 'task.queued',
  name: 'TaskQueued',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const taskReplayed = eventType<TaskReplayed>({
  type: 'task.replayed',
  name: 'TaskReplayed',
  service: 'dispatcher',
  schemaVersion: '1.0',
});
export const tokenCreated = eventType<TokenCreated>({
  type: 'token.created',
  name: 'TokenCreated',
  service: 'identity',
  schemaVersion: '1.0',
});
export const tokenRevoked = eventType<TokenRevoked>({
  type: 'token.revoked',
  name: 'TokenRevoked',
  service: 'identity',
  schemaVersion: '1.0',
});
export const eventTypes = [
  accessDenied,
  artifactIngested,
  datasetCommitted,
  datasetPurged,
  environmentChanged,
  environmentCreated,
  environmentRevealed,
  feedRemoved,
  feedSaved,
  grantChanged,
  jobRemoved,
  limitRemoved,
  limitSet,
  lineageCommitted,
  lineageOverridden,
  lineageOverrideRemoved,
  linkCreated,
  linkUsed,
  orgCreated,
  personCreated,
  planDecided,
  planProposed,
  projectCreated,
  revisionCreated,
  runCancelRequested,
  runFinished,
  runObserved,
  runRequested,
  scheduleChanged,
  scheduleCreated,
  scheduleFired,
  scheduleRemoved,
  scheduleSkipped,
  scheduleStranded,
  selectionRemoved,
  selectionSaved,
  sessionClosed,
  sessionOpened,
  sessionRefused,
  snapshotCommitted,
  snapshotExpired,
  taskCancelRequested,
  taskClaimed,
  taskDiscarded,
  taskExpired,
  taskFinished,
  taskQueued,
  taskReplayed,
  tokenCreated,
  tokenRevoked,
] as const;
