import { afterAll, beforeAll, jest, test } from '@jest/globals';
import { ResumeProof } from './proof.ts';

jest.setTimeout(3_600_000);

let proof: ResumeProof;
beforeAll(async () => {
  proof = await ResumeProof.start();
});
afterAll(() => proof?.stop());

test('twenty runs, each killed up to three times, end with the relations of those that were left alone', async () => {
  await proof.rounds(Number(process.env['HEADGATE_ROUNDS'] ?? 20));
});
