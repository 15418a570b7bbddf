import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CONFIG, type Config } from '@headgate/kit';
import type { FastifyInstance } from 'fastify';

/** The one origin that people use: configured, or the address that is listened on. */
@Injectable()
export class Origin {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly adapter: HttpAdapterHost,
  ) {}

  /** `http://127.0.0.1:7400`, without a slash at the end. Known once the server listens. */
  get url(): string {
    if (this.config.web.origin) return new URL(this.config.web.origin).origin;
    return `http://${this.config.http.host}:${this.port}`;
  }

  get isSecure(): boolean {
    return this.url.startsWith('https:');
  }

  /** The same server, without the way round through a proxy. */
  get local(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The one that people see. Behind a proxy, what is listened on may be another one after each restart. */
  get publicPort(): string {
    return new URL(this.url).port || '80';
  }

  get port(): number {
    const address = this.adapter.httpAdapter.getInstance<FastifyInstance>().server.address() as AddressInfo | null;
    return address?.port ?? this.config.http.port;
  }
}
