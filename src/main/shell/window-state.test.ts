import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SIZE, LEAST_SIZE, placeWindow, WindowState, type Rectangle } from './window-state.ts';

const main: Rectangle = { x: 0, y: 25, width: 1920, height: 1055 };
const left: Rectangle = { x: -1280, y: 0, width: 1280, height: 1024 };
const at = (bounds: Partial<Rectangle>, change: Partial<WindowState> = {}): WindowState => ({
  bounds: { x: 100, y: 100, width: 1000, height: 700, ...bounds },
  maximized: false,
  fullScreen: false,
  ...change,
});

describe('placeWindow', () => {
  it('centres a first window', () => {
    expect(placeWindow(null, [main])).toEqual({
      bounds: DEFAULT_SIZE,
      maximized: false,
      fullScreen: false,
    });
  });

  it('takes up the place where it was, also on a second display', () => {
    expect(placeWindow(at({}, { maximized: true }), [main])).toEqual({
      bounds: at({}).bounds,
      maximized: true,
      fullScreen: false,
    });
    expect(placeWindow(at({ x: -1000 }), [main, left]).bounds).toEqual(at({ x: -1000 }).bounds);
  });

  it.each<[string, Partial<Rectangle>]>([
    ['on a display that was unplugged', { x: -1000 }],
    ['above the screen, where its title bar cannot be grasped', { y: -20 }],
    ['under the menu bar', { y: 0 }],
    ['below the screen', { y: 1070 }],
    ['out to the right but for a sliver', { x: 1900 }],
    ['out to the left but for a sliver', { x: -990 }],
  ])('does not restore a place %s', (_, bounds) => {
    const placed = placeWindow(at(bounds), [main]).bounds;
    expect(placed).toEqual({ width: 1000, height: 700 });
  });

  it('fits a window of a bigger display into a smaller one', () => {
    const small = { x: 0, y: 0, width: 1280, height: 720 };
    expect(placeWindow(at({ x: 0, y: 0, width: 2560, height: 1400 }), [small]).bounds).toEqual({
      x: 0,
      y: 0,
      width: 1280,
      height: 720,
    });
  });

  it('never leaves a window that cannot be grasped or is too small', () => {
    const coordinate = fc.integer({ min: -5000, max: 5000 });
    const length = fc.integer({ min: 1, max: 6000 });
    const rectangle = fc.record({ x: coordinate, y: coordinate, width: length, height: length });
    const display = fc.record({
      x: coordinate,
      y: coordinate,
      width: fc.integer({ min: 800, max: 4000 }),
      height: fc.integer({ min: 600, max: 3000 }),
    });
    fc.assert(
      fc.property(rectangle, fc.array(display, { minLength: 1, maxLength: 3 }), (bounds, areas) => {
        const placed = placeWindow(at(bounds), areas).bounds;
        expect(placed.width).toBeGreaterThanOrEqual(LEAST_SIZE.width);
        expect(placed.height).toBeGreaterThanOrEqual(LEAST_SIZE.height);
        if (placed.x === undefined) return;
        // A point of the title bar lies on some display.
        const { x, y = NaN, width } = placed;
        const seen = areas.some(
          (area) =>
            x < area.x + area.width && x + width > area.x && y >= area.y && y + 16 < area.y + area.height,
        );
        expect(seen).toBe(true);
      }),
    );
  });
});

it('refuses what is no state: a file from another version must not place a window nowhere', () => {
  for (const value of [{}, at({ width: 0 }), at({ x: NaN }), { ...at({}), bounds: null }]) {
    expect(WindowState.safeParse(value).success).toBe(false);
  }
});
