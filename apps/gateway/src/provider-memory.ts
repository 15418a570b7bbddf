import type { Adapter, AdapterPayload } from 'oidc-provider';

/** More sign-ins than this at the same moment push out the oldest. */
const mostKept = 5000;

/**
 * What the embedded provider remembers: codes and half-done sign-ins, for minutes. A restart forgets them, and whoever
 * was in the middle begins again; what lasts (people, sessions) is identity's.
 */
export function providerMemory(): new (model: string) => Adapter {
  const kept = new Map<string, { payload: AdapterPayload; until: number }>();

  return class Memory implements Adapter {
    constructor(private readonly model: string) {}

    async upsert(id: string, payload: AdapterPayload, seconds: number): Promise<undefined> {
      kept.delete(this.key(id));
      kept.set(this.key(id), { payload, until: performance.now() + seconds * 1000 });
      for (const [oldest, { until }] of kept) {
        if (kept.size <= mostKept && until > performance.now()) break;
        kept.delete(oldest);
      }
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      const found = kept.get(this.key(id));
      return found && found.until > performance.now() ? found.payload : undefined;
    }

    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.values().find((payload) => payload.uid === uid);
    }

    async findByUserCode(): Promise<undefined> {
      return undefined;
    }

    async consume(id: string): Promise<undefined> {
      const payload = await this.find(id);
      if (payload) payload['consumed'] = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<undefined> {
      kept.delete(this.key(id));
    }

    async revokeByGrantId(grantId: string): Promise<undefined> {
      for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
    }

    private key(id: string): string {
      return `${this.model}:${id}`;
    }

    private values(): AdapterPayload[] {
      const own = [...kept].filter(([key, { until }]) => key.startsWith(`${this.model}:`) && until > performance.now());
      return own.map(([, { payload }]) => payload);
    }
  };
}
