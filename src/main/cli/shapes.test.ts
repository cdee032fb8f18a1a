import { describe, expect, it } from 'vitest';
import { parseLayer } from './shapes.ts';

describe('parseLayer', () => {
  it.each([
    ['cross,x=13:19,y=13:19.5', { type: 'cross', x: [13, 19], y: [13, 19.5], mode: 'add' }],
    ['band, axis=x, range=-1:3, mode=cut', { type: 'band', axis: 'x', range: [-1, 3], mode: 'cut' }],
    ['interior,width=8,name=core', { type: 'interior', width: 8, name: 'core', mode: 'add' }],
    ['ellipse,center=16:16,radii=5:3', { type: 'ellipse', center: [16, 16], radii: [5, 3], mode: 'add' }],
    [
      ' {"type":"polygon","points":[[2,2],[9,3],[4,8]]}',
      {
        type: 'polygon',
        points: [
          [2, 2],
          [9, 3],
          [4, 8],
        ],
        mode: 'add',
      },
    ],
  ])('reads %s', (text, shape) => {
    expect(parseLayer([text], '--hold-out')).toEqual([shape]);
  });

  it('keeps the order of shapes, since a later cut takes out of an earlier one, and empties a layer by "none"', () => {
    const layer = parseLayer(['interior,width=8', 'rim,width=2,mode=cut'], '--hold-out');
    expect(layer.map((shape) => shape.type)).toEqual(['interior', 'rim']);
    expect(parseLayer(['none'], '--lesion')).toEqual([]);
  });

  it.each([
    ['cros,x=1:2,y=1:2', /--hold-out cros,x=1:2,y=1:2: type: got "cros".*did you mean "cross"/],
    ['cross,x=1:2,y=3', /y: got 3, expected/],
    ['cross,x=2:1,y=1:2', /lo ≤ hi/],
    ['interior,wdith=8', /unknown field "wdith", did you mean "width"/],
    ['interior,8', /got "8", expected field=value/],
    ['interior,width=', /expected field=value/],
    ['interior,width=wide', /width: got "wide", expected a number/],
    ['interior,width=8,width=9', /the field "width" twice/],
    ['{"type":"rim"', /line 1/],
    ['', /type: got ""/],
    ['none,', /expected field=value/],
  ])('refuses %j in one sentence', (text, message) => {
    expect(() => parseLayer([text], '--hold-out')).toThrow(message);
  });

  it('takes "none" among other shapes for what it is: no shape', () => {
    expect(() => parseLayer(['none', 'rim,width=2'], '--lesion')).toThrow(/--lesion none: type: got "none"/);
  });
});
