import { expect, test } from '@jest/globals';
import { csvOf, curveOf, svgOf } from './export.ts';

test('a line a node, with its neighbours in view, and whatever a cell holds stays in it', () => {
  const nodes: Record<string, string>[] = [
    { id: 'a', name: 'one, "two"' },
    { id: 'b', name: 'x\ny', owner: 'me' },
  ];
  expect(csvOf({ nodes, edges: [{ from: 'a', to: 'b' }] })).toBe(
    'id,name,owner,reads,feeds\na,"one, ""two""",,,b\nb,"x\ny",me,a,\n',
  );
});

test('a drawing is as large as what is on it, with a margin', () => {
  const boxes = [
    { x: 0, y: 10, width: 100, height: 20, inside: '<rect/>' },
    { x: 200, y: 50, width: 100, height: 20, inside: '' },
  ];
  const svg = svgOf(boxes, [{ path: curveOf(100, 20, 200, 60), stroke: 'red' }], 'white');
  expect(svg).toContain('viewBox="-20 -10 340 100"');
  expect(svg).toContain('d="M100 20C150 20 150 60 200 60"');
  expect(svg.indexOf('<path')).toBeLessThan(svg.indexOf('<g '));
});
