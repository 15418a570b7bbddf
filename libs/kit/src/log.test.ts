import { expect, test } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { logOf } from './log.ts';

function logged(write: (log: ReturnType<typeof logOf>) => void): string {
  let text = '';
  write(logOf('planner', 'info', { write: (line) => void (text += line) }));
  return text;
}

test('an error of the database is logged without the values of its statement', () => {
  const cause = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: 'Key (name)=(correct horse) exists',
  });
  const error = new QueryFailedError('insert into t values ($1)', ['correct horse'], cause);
  const text = logged((log) => log.error({ err: error }, 'operation failed'));
  expect(text).not.toContain('correct horse');
  expect(JSON.parse(text)).toMatchObject({
    err: { type: 'QueryFailedError', message: 'duplicate key value' },
    msg: 'operation failed',
  });
});

test('fields that hold secrets are not printed', () => {
  expect(logged((log) => log.info({ token: 'hg_abcdefgh', login: { password: 'correct horse' } }))).not.toMatch(
    /hg_abcdefgh|correct horse/,
  );
});
