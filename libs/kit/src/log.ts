import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG = Symbol('log');

/** JSON lines on stderr: stdout belongs to what the process answers. Secrets have no field name that is printed. */
export function logOf(service: string, level: string, to: DestinationStream = stderr()): Logger {
  const redact = {
    paths: ['password', 'token', 'secret', '*.password', '*.token', '*.secret', 'authorization'],
    censor: '***',
  };
  const serializers = { err: errorInLog };
  return pino({ level, base: { service }, redact, serializers, timestamp: pino.stdTimeFunctions.isoTime }, to);
}

const stderr = (): DestinationStream => pino.destination({ dest: 2, sync: false });

/**
 * What a log may say of an error. An error of the database carries the statement's parameters, which are people's data,
 * and its detail quotes rows; neither is for a log.
 */
function errorInLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, code } = error as Error & { code?: unknown };
  return { type: name, message, stack, ...(code !== undefined && { code }) };
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
