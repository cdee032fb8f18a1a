import { expect, it } from 'vitest';
import { rgbOf } from './regionPicture.ts';

it('reads colours as they are written and as builds shorten them', () => {
  expect(rgbOf('#cc3311')).toEqual([204, 51, 17]);
  expect(rgbOf('#c31')).toEqual([204, 51, 17]);
  expect(rgbOf('#E69F00')).toEqual([230, 159, 0]);
});

it('refuses what it cannot read instead of drawing black', () => {
  for (const text of ['', 'red', '#12', 'rgb(1, 2, 3)'])
    expect(() => rgbOf(text)).toThrow('expected #rrggbb');
});
