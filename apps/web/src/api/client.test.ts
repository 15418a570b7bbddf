import { expect, test } from '@jest/globals';
import { addressOf } from './client.ts';

test('path parameters are taken out of the input and escaped, the rest becomes the query', () => {
  expect(
    addressOf('GET /a/{project}/b/{asset}', { project: 'p', asset: 'model.x/y', q: 'a b', limit: undefined }),
  ).toEqual({
    method: 'GET',
    url: '/a/p/b/model.x%2Fy?q=a+b',
  });
});

test('lists become repeated parameters', () => {
  expect(addressOf('GET /a', { tag: ['x', 'y'] }).url).toBe('/a?tag=x&tag=y');
});

test('a POST carries what is not in its path as JSON', () => {
  expect(addressOf('POST /a/{id}', { id: '1', select: ['x+'] })).toEqual({
    method: 'POST',
    url: '/a/1',
    body: '{"select":["x+"]}',
  });
});
