import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Config, Failure } from '@headgate/kit';

/** What the internet does not route to anybody's server, by the IANA's registries of special-purpose addresses. */
const special4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** All that is public is in there, but not all that is in there is public. */
const global6 = '2000::/3';
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * What the service may be made to connect to. A feed's address is anybody's text, and what answers to it inside of a
 * network believes whoever is in there: so only public addresses, unless the configuration says otherwise. The address
 * that is judged is the one that is connected to, at every hop, whatever a name said a moment before.
 */
export class FeedGuard {
  private readonly reach: BlockList;

  constructor(private readonly config: Config['feeds']) {
    this.reach = listOf(config.reach ?? []);
  }

  /** Whether this address may be connected to. */
  allows(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    if (this.reach.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
    return family === 4 ? !specials.check(address, 'ipv4') : globals.check(address, 'ipv6') && !specials.check(address, 'ipv6'); // prettier-ignore
  }

  /** Throws what is wrong with this address of a feed, before anything is looked up. */
  refuse(url: URL, hasCredentials: boolean): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.allows(host)) throw outOfReach(host);
    if (hasCredentials && url.protocol !== 'https:' && !this.config.plainCredentials)
      throw new Failure('contract.invalid', {
        detail: `credentials do not travel over ${url.protocol.replace(':', '')}: everybody on the way would read them`,
        where: '/url',
        hint: 'use https, or let the configuration say {"feeds": {"plainCredentials": true}}',
      });
  }

  /** Looks names up for a connection, and passes on only what may be connected to. */
  readonly lookup: LookupFunction = (host, options, done) => {
    lookup(host, { ...(options as LookupOptions), all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, []);
      const allowed = found.filter(({ address }) => this.allows(address));
      const [first] = allowed;
      if (!first) return done(outOfReach(host) as NodeJS.ErrnoException, []);
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

const outOfReach = (host: string): Failure =>
  new Failure('contract.invalid', {
    detail: `${host} is not a public address`,
    where: '/url',
    hint: 'whoever runs this install may allow it: {"feeds": {"reach": ["10.0.0.0/8"]}}',
  });

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    if (family === 0 || !Number.isInteger(length) || length < 0 || length > most)
      throw new Failure('config.invalid', { detail: `feeds.reach: ${range} is no range of addresses` });
    list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const specials = listOf([...special4, ...special6]);
const globals = listOf([global6]);
