import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Shop } from '@headgate/testing';
import { services } from './services.ts';

jest.setTimeout(240_000);

const output = {
  ...{ type: 'postgres', threads: 2, schema: "{{ env_var('SHOP_SCHEMA') }}", dbname: "{{ env_var('SHOP_DATABASE') }}" },
  ...{ host: "{{ env_var('SHOP_HOST') }}", port: "{{ env_var('SHOP_PORT') | int }}" },
  ...{ user: "{{ env_var('SHOP_USER') }}", pass: "{{ env_var('SHOP_PASSWORD') }}" },
};
const project = {
  'profiles.yml': JSON.stringify({ shop: { target: 'dev', outputs: { dev: output } } }),
  'models/total.sql': Shop.files['models/total.sql']!.replace('s.price,', 's.price, s.price * 2 as twice,'),
};

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(services, 'prod', 'dev');
  const { host, port, database, owner } = shop.stack.host.postgres;
  const variables = {
    ...{ SHOP_HOST: host, SHOP_PORT: String(port), SHOP_DATABASE: database },
    ...{ SHOP_USER: owner!.user, SHOP_PASSWORD: owner!.password },
  };
  for (const environment of ['prod', 'dev'])
    for (const [name, value] of Object.entries({ ...variables, SHOP_SCHEMA: `shop_${environment}` }))
      await shop.http('PUT', `${shop.at(environment)}/variables/${name}`, { value });
});
afterAll(() => shop?.stack.stop());

test('on Postgres the other environment is another schema, and is read as it is', async () => {
  await shop.ingest('prod', { 'profiles.yml': project['profiles.yml'] });
  await shop.ingest('dev', project);
  await shop.runAll('prod');
  const plan = await shop.plan('dev', { select: ['state:modified+'], defer: 'prod' });
  expect(await shop.verdicts(plan)).toEqual({ total: 'RUN', report: 'RUN' });
  expect(await shop.execute(plan)).toMatchObject({ status: 'succeeded' });
  const rows = (schema: string) => shop.stack.sql(`select id, price, dear from ${schema}.total order by id`);
  expect(await rows('shop_dev')).toEqual(await rows('shop_prod'));
  const built = `select table_name from information_schema.tables where table_schema = 'shop_dev' order by 1`;
  expect(await shop.stack.sql(built)).toEqual([{ table_name: 'report' }, { table_name: 'total' }]);
  const again = await shop.plan('dev', { select: ['state:modified+'], defer: 'prod' });
  expect(await shop.verdicts(again)).toEqual({ total: 'SKIP', report: 'SKIP' });
});
