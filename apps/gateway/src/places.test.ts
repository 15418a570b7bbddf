import { expect, test } from '@jest/globals';
import { type Operation, operations } from '@headgate/contracts';
import { Failure } from '@headgate/kit';
import { placedBy, thingOf, whereOf } from './places.ts';

const routed = (operations as readonly Operation[]).filter(({ path }) => path);
const idsPlaced = (by: string) => routed.filter((operation) => placedBy(operation) === by).map(({ id }) => id);

test('every route of a project or environment is decided there', () => {
  const inProjects = routed.filter(({ path }) => path!.startsWith('/api/v1/projects/')).map(({ id }) => id);
  expect(idsPlaced('path')).toEqual(inProjects);
});

test('only these need no place: whoever has the permission somewhere has it', () => {
  expect(idsPlaced('anywhere').sort()).toEqual([
    'blobs.put',
    'grants.can',
    'orgs.get',
    'sessions.end',
    'sessions.list',
  ]);
});

test('what is named by a plan, a run, a task or its dead letter is decided where that lies', () => {
  const byThing = routed
    .filter(({ path }) => /^\/api\/v1\/(plans|runs|tasks|dead-letters)\//.test(path!))
    .map(({ id }) => id);
  expect(idsPlaced('thing')).toEqual(byThing);
  expect(routed.filter((operation) => byThing.includes(operation.id) && !thingOf(operation))).toEqual([]);
});

test('roles and tokens of one project are decided in it, by what the input says', () => {
  expect(idsPlaced('input')).toEqual(expect.arrayContaining(['grants.put', 'grants.remove', 'tokens.create']));
});

test.each(['a/b', '', '..', 'A', 'a b', 'a\0', '%'])('%j is no project, so nothing is decided on it', (project) => {
  expect(() => whereOf({ project })).toThrow(Failure);
  expect(() => whereOf({ project: 'fine', environment: project })).toThrow(Failure);
});
