import { expect, test } from '@jest/globals';
import { refusalOf } from './s3.ts';

/** The example of AWS's documentation of Signature Version 4 for S3: an object, ranged. */
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/'),
};
const headers = {
  host: 'examplebucket.s3.amazonaws.com',
  range: 'bytes=0-9',
  'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'x-amz-date': '20130524T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
    'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
};
const request = { method: 'GET', url: '/test.txt', headers };
const then = Date.UTC(2013, 4, 24);

test("AWS's own example of a signed request is let in, and nothing that differs from it", () => {
  expect(refusalOf(request, key, 'us-east-1', then)).toBeUndefined();
  const codeOf = (...[changed, as = key, region = 'us-east-1', now = then]: [object, typeof key?, string?, number?]) =>
    /<Code>(.*)<\/Code>/.exec(refusalOf({ ...request, ...changed }, as, region, now)?.body ?? '')?.[1];
  expect(codeOf({ url: '/test.txu' })).toBe('SignatureDoesNotMatch');
  expect(codeOf({ method: 'PUT' })).toBe('SignatureDoesNotMatch');
  expect(codeOf({ headers: { ...headers, range: 'bytes=0-8' } })).toBe('SignatureDoesNotMatch');
  expect(codeOf({}, { ...key, secretAccessKey: 'another' })).toBe('SignatureDoesNotMatch');
  expect(codeOf({}, { ...key, accessKeyId: 'another' })).toBe('InvalidAccessKeyId');
  expect(codeOf({}, key, 'eu-west-1')).toBe('AuthorizationHeaderMalformed');
  expect(codeOf({}, key, 'us-east-1', then + 3_600_000)).toBe('RequestTimeTooSkewed');
  expect(codeOf({ headers: {} })).toBe('AccessDenied');
});
