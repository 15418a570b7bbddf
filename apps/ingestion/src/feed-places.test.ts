import { expect, test } from '@jest/globals';
import { filesOf } from './feed-places.ts';

const first = (settings: Parameters<typeof filesOf>[0]) => filesOf(settings)[0]!.url.href;

test('a bucket stands in the host at AWS, and in the path of a store that is named', () => {
  expect(first({ url: 's3://shop/prod' })).toBe('https://shop.s3.us-east-1.amazonaws.com/prod/manifest.json');
  expect(first({ url: 's3://shop', region: 'eu-west-1' })).toBe(
    'https://shop.s3.eu-west-1.amazonaws.com/manifest.json',
  );
  expect(first({ url: 's3://a.b/x/', pathStyle: true })).toBe('https://s3.us-east-1.amazonaws.com/a.b/x/manifest.json');
  const endpoint = 'https://minio.example:9000/store';
  expect(first({ url: 's3://shop/p/', endpoint })).toBe('https://minio.example:9000/store/shop/p/manifest.json');
  expect(first({ url: 's3://shop/p', endpoint: 'https://r2.example', pathStyle: false })).toBe('https://shop.r2.example/p/manifest.json'); // prettier-ignore
});

test('an address of one file is that file, any other the folder of four', () => {
  const names = (url: string) => filesOf({ url }).map(({ name }) => name);
  expect(names('https://h/target')).toEqual(['manifest.json', 'catalog.json', 'run_results.json', 'sources.json']);
  expect(names('https://h/x/run_results.json')).toEqual(['run_results.json']);
  expect(names('s3://shop/manifest.json.gz')).toEqual(['manifest.json.gz']);
});

test.each([
  ...['ftp://h/x', 'file:///etc/passwd', 'https://user:pass@h/x', 'https://h/x?sig=1', 'https://h/x#y', 'nonsense'],
  ...['s3://', 's3://A', 's3:///x', 's3://a_b/x'],
])('%s is no address of a feed', (url) => expect(() => filesOf({ url })).toThrow());
