import { type Actor, type Grant, roles } from '@headgate/contracts';
import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';

/** Where something is to be done: the whole organization, one project, or one environment. */
export interface Where {
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** Which role grants it and where, or what the subject has instead. */
  readonly because: string;
}

// The verb is compared before the role is looked up: role lookups are what costs.
const model = `
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && (p.act == "*" || r.act == p.act) && g(r.sub, p.sub, r.dom)
`;

const subjectOf = ({ kind, id }: Actor): string => `${kind}:${id}`;
// An environment without a project is no place: it would read like the project of that name.
const placeOf = ({ project, environment }: Where): string =>
  ['org', project, project && environment].filter(Boolean).join('/');

/** Decisions kept; beyond this they are forgotten, because the places asked about are the caller's choice. */
const remembered = 2000;

/**
 * What some grants of one organization allow. Immutable: a changed grant makes a new one. Building it costs with the
 * number of grants, so it is given those of the subjects asked about, not everybody's. Project and environment must be
 * slugs already: a slash in one would name another place.
 */
export class Authority {
  private readonly decided = new Map<string, Decision>();

  private constructor(
    private readonly enforcer: Enforcer,
    private readonly grants: readonly Grant[],
  ) {}

  static async of(grants: readonly Grant[]): Promise<Authority> {
    const enforcer = await newEnforcer(newModelFromString(model));
    await enforcer.addPolicies([...policies()]);
    const unique = new Map(grants.map((grant) => [groupingOf(grant).join('\0'), groupingOf(grant)]));
    if (unique.size > 0) await enforcer.addGroupingPolicies([...unique.values()]);
    return new Authority(enforcer, grants);
  }

  /** A role given for the organization holds in all of its projects, one for a project in all of its environments. */
  decide(actor: Actor, permission: string, where: Where = {}): Decision {
    const key = `${permission}\0${placeOf(where)}\0${subjectOf(actor)}`;
    const known = this.decided.get(key);
    if (known) return known;
    if (this.decided.size >= remembered) this.decided.clear();
    const decision = this.ask(actor, permission, where);
    this.decided.set(key, decision);
    return decision;
  }

  /** Whether there is any place at all where the actor may do this. */
  anywhere(actor: Actor, permission: string): Decision {
    const own = this.grants.filter((grant) => subjectOf(grant.subject) === subjectOf(actor));
    const allowed = own.map((place) => this.decide(actor, permission, place)).find((decision) => decision.allowed);
    return allowed ?? this.decide(actor, permission);
  }

  /** Whether the actor may do, in the place of a role, everything that the role would let its holder do there. */
  covers(actor: Actor, { role, project, environment }: Omit<Grant, 'subject'>): Decision {
    const needed = [...permissionsOf(role)].map((permission) =>
      this.decide(actor, permission, { project, environment }),
    );
    const refused = needed.find(({ allowed }) => !allowed);
    return refused ?? { allowed: true, because: `${actor.id} may do all that ${role} may` };
  }

  private ask(actor: Actor, permission: string, where: Where): Decision {
    const [object, verb] = permission.split(':');
    const places = [
      {},
      ...(where.project ? [{ project: where.project }] : []),
      ...(where.project && where.environment ? [where] : []),
    ];
    for (const place of places) {
      if (this.enforcer.enforceSync(subjectOf(actor), placeOf(place), object, verb)) {
        return { allowed: true, because: `${this.rolesAt(actor, place)} in ${placeOf(place)} grants ${permission}` };
      }
    }
    const has = places.map((place) => this.rolesAt(actor, place)).filter(Boolean);
    const instead = has.length > 0 ? `the role ${has.join(', ')}, which does not grant` : 'no role here that grants';
    return { allowed: false, because: `${actor.id} has ${instead} ${permission}` };
  }

  private rolesAt(actor: Actor, place: Where): string {
    const here = this.grants.filter(
      (grant) => subjectOf(grant.subject) === subjectOf(actor) && placeOf(grant) === placeOf(place),
    );
    return here.map(({ role }) => role).join(', ');
  }
}

const groupingOf = (grant: Grant): string[] => [subjectOf(grant.subject), grant.role, placeOf(grant)];

/** Every permission of every role, those of the roles inside it included. */
export function permissionsOf(role: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(role)) return found;
  seen.add(role);
  for (const entry of roles[role] ?? []) {
    if (entry.includes(':')) found.add(entry);
    else for (const inner of permissionsOf(entry, seen)) found.add(inner);
  }
  return found;
}

function* policies(): Generator<string[]> {
  for (const role of Object.keys(roles)) {
    for (const permission of permissionsOf(role)) yield [role, ...permission.split(':')];
  }
}
