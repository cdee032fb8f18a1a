import { z } from 'zod';

/** Where the window was, and whether that can still be seen. */

const Rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
export type Rectangle = z.infer<typeof Rectangle>;
type Size = Pick<Rectangle, 'width' | 'height'>;

export const WindowState = z.object({
  /** Of the window when it is neither maximized nor full screen, in device-independent pixels. */
  bounds: Rectangle,
  maximized: z.boolean(),
  fullScreen: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

export const DEFAULT_SIZE = { width: 1280, height: 860 };
export const LEAST_SIZE = { width: 640, height: 480 };

/** Height of the strip by which a window is moved, and how much of it must be seen to be grasped. */
const TITLE_HEIGHT = 32;
const TITLE_GRIP = 120;

export interface Place {
  /** Without a position the window is centred on the main display. */
  readonly bounds: { width: number; height: number; x?: number; y?: number };
  readonly maximized: boolean;
  readonly fullScreen: boolean;
}

/**
 * The place for a window: where it was if its title bar can be reached there, else centred, in a size that fits.
 * @param workAreas of the displays that are there now (without task bars), the main one first
 */
export function placeWindow(saved: WindowState | null, workAreas: readonly Rectangle[]): Place {
  const wanted = saved?.bounds ?? DEFAULT_SIZE;
  const { maximized, fullScreen } = saved ?? { maximized: false, fullScreen: false };
  for (const area of saved ? workAreas : []) {
    const bounds = { ...wanted, ...fit(wanted, area) } as Rectangle;
    if (isReachable(bounds, area)) return { bounds, maximized, fullScreen };
  }
  return { bounds: fit(wanted, workAreas[0]), maximized, fullScreen };
}

function fit(wanted: Size, area: Size | undefined): Size {
  const { width, height } = area ?? wanted;
  return {
    width: Math.max(LEAST_SIZE.width, Math.min(wanted.width, width)),
    height: Math.max(LEAST_SIZE.height, Math.min(wanted.height, height)),
  };
}

function isReachable(window: Rectangle, area: Rectangle): boolean {
  const grip = Math.min(TITLE_GRIP, window.width);
  const seen = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const below = window.y >= area.y && window.y + TITLE_HEIGHT <= area.y + area.height;
  return seen >= grip && below;
}
