import { type LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export const LOG = Symbol('log');

/** JSON lines on stderr: stdout belongs to what the process answers. Secrets have no field name that is printed. */
export function logOf(service: string, level: string): Logger {
  const redact = {
    paths: ['password', 'token', 'secret', '*.password', '*.token', '*.secret', 'authorization'],
    censor: '***',
  };
  return pino(
    { level, base: { service }, redact, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}

/** Nest's own messages, where they matter, in the same log. */
export function nestLogger(log: Logger): LoggerService {
  return {
    log: (message: unknown) => log.debug({ nest: message }),
    warn: (message: unknown) => log.warn({ nest: message }),
    error: (message: unknown, ...rest: unknown[]) => log.error({ nest: message, rest }),
    debug: () => undefined,
    verbose: () => undefined,
  };
}
