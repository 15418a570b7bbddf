import { expect, test } from '@jest/globals';
import { type Actor, type Grant, roles } from '@headgate/contracts';
import fc from 'fast-check';
import { Authority, permissionsOf, type Where } from './authorize.ts';

const ada: Actor = { kind: 'person', id: 'ada' };
const grant = (subject: Actor, role: string, where: Where = {}): Grant => ({ subject, role, ...where }) as Grant;

const slug = fc.constantFrom('a', 'b', 'a-b', 'org', 'viewer');
const place: fc.Arbitrary<Where> = fc.oneof(
  fc.constant({}),
  fc.record({ project: slug }),
  fc.record({ project: slug, environment: slug }),
);
const asked: fc.Arbitrary<Where> = fc.oneof(place, fc.record({ environment: slug }));
// Names that would be taken for a role, a separator or a piece of the policy, if anything were glued carelessly.
const actor: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constantFrom('person' as const, 'service-account' as const),
  id: fc.oneof(
    fc.constantFrom('ada', 'bob', 'owner', 'a, owner', 'ada,owner,org', 'p*', 'person:ada', ' ', '"', 'org/a'),
    fc.string({ minLength: 1, maxLength: 8 }),
  ),
});
const role = fc.constantFrom(...Object.keys(roles));
const verbs = [...new Set(Object.keys(roles).flatMap((name) => [...permissionsOf(name)]))];
const permission = fc.constantFrom(...verbs, 'token:create', 'grant:put', 'org:delete', 'plan:destroy', 'nothing:read');
const grants = fc.array(
  fc.tuple(actor, role, place).map(([subject, name, where]) => grant(subject, name, where)),
  { maxLength: 6 },
);

/** The rule once more, with nothing but sets: some grant of the subject, at the place or around it, has the permission. */
function oracle(all: readonly Grant[], who: Actor, wanted: string, where: Where): boolean {
  return all.some(
    ({ subject, role: name, project, environment }) =>
      subject.kind === who.kind &&
      subject.id === who.id &&
      (project === undefined || project === where.project) &&
      (environment === undefined || environment === where.environment) &&
      (permissionsOf(name).has(wanted) || permissionsOf(name).has(`${wanted.split(':')[0]}:*`)),
  );
}

test('Casbin decides as plain sets do, for any grants, subject, permission and place', async () => {
  await fc.assert(
    fc.asyncProperty(
      grants,
      actor,
      fc.array(fc.tuple(permission, asked), { maxLength: 6 }),
      async (all, stranger, questions) => {
        const authority = await Authority.of(all);
        for (const who of [stranger, ...all.slice(0, 2).map(({ subject }) => subject)]) {
          for (const [wanted, where] of questions) {
            expect([who, wanted, where, authority.decide(who, wanted, where).allowed]).toEqual([
              who,
              wanted,
              where,
              oracle(all, who, wanted, where),
            ]);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test('grants of other subjects change nothing, so that an authority may be built of the subject’s own', async () => {
  await fc.assert(
    fc.asyncProperty(grants, actor, permission, place, async (all, who, wanted, where) => {
      const own = all.filter(({ subject }) => subject.kind === who.kind && subject.id === who.id);
      const [alone, together] = [await Authority.of(own), await Authority.of(all)];
      expect(alone.decide(who, wanted, where)).toEqual(together.decide(who, wanted, where));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('whoever covers a role can do everything its holder can, there and below', async () => {
  const ofAda = fc.array(fc.tuple(role, place), { minLength: 1, maxLength: 4 });
  let covered = 0;
  await fc.assert(
    fc.asyncProperty(ofAda, role, place, place, permission, async (held, name, at, where, wanted) => {
      const all = held.map(([own, there]) => grant(ada, own, there));
      const authority = await Authority.of(all);
      if (!authority.covers(ada, grant(ada, name, at)).allowed) return;
      covered++;
      if (oracle([grant(ada, name, at)], ada, wanted, where)) expect(oracle(all, ada, wanted, where)).toBe(true);
    }),
    { numRuns: 200 },
  );
  expect(covered).toBeGreaterThan(20);
}, 60_000);

test('an admin covers an engineer and not an owner; an engineer of one environment covers nothing elsewhere', async () => {
  const authority = await Authority.of([
    grant(ada, 'admin'),
    grant({ kind: 'person', id: 'bob' }, 'engineer', { project: 'jaffle', environment: 'dev' }),
  ]);
  const bob: Actor = { kind: 'person', id: 'bob' };
  expect(authority.covers(ada, { role: 'engineer', project: 'jaffle' }).allowed).toBe(true);
  expect(authority.covers(ada, { role: 'owner' })).toEqual({
    allowed: false,
    because: 'ada has the role admin, which does not grant org:*',
  });
  expect(authority.covers(bob, { role: 'engineer', project: 'jaffle', environment: 'dev' }).allowed).toBe(true);
  expect(authority.covers(bob, { role: 'viewer', project: 'jaffle' }).allowed).toBe(false);
});

test('a permission held in one environment is held somewhere, with the place in the reason', async () => {
  const authority = await Authority.of([grant(ada, 'engineer', { project: 'jaffle', environment: 'dev' })]);
  expect(authority.decide(ada, 'plan:confirm').allowed).toBe(false);
  expect(authority.anywhere(ada, 'plan:confirm')).toEqual({
    allowed: true,
    because: 'engineer in org/jaffle/dev grants plan:confirm',
  });
  expect(authority.anywhere(ada, 'token:create').allowed).toBe(false);
});

test('no role grants what no role names', () => {
  expect(permissionsOf('nobody')).toEqual(new Set());
  expect(permissionsOf('viewer').has('plan:confirm')).toBe(false);
});
