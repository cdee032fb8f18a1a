import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { echarts, type EChartsType } from '../../../charts/echarts.ts';
import { inside, type How } from './model/selection.ts';

interface Pointer {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly event: MouseEvent;
}

export interface PointTools {
  /** Give the chart that the panel made. */
  attach(chart: EChartsType): void;
  /** Rings a point that another chart points at. */
  point(index: number | null): void;
  /** The pointer is turning what is seen. */
  readonly turning: ShallowRef<boolean>;
}

/** Pixels that a click may tremble, and around a point that mean it. */
const [CLICK, REACH] = [4, 12];
const RADIANS_PER_PX = 0.01;

/**
 * Selecting points of a chart by click and lasso (Shift adds, Alt takes away), pointing at them, and turning by
 * dragging where points stand in space.
 * @param places (n, stride) in the units of the chart's axes, the first two of each row
 */
export function usePointTools(given: {
  places(): { data: ArrayLike<number>; stride: number };
  /** Dragging turns, and Shift with it selects; else dragging selects. */
  turnable(): boolean;
  color(): string;
  select(indices: readonly number[], how: How): void;
  hover(index: number | null): void;
  turn?(yaw: number, pitch: number): void;
}): PointTools {
  const turning = shallowRef(false);
  let chart: EChartsType | null = null;
  let drag: { path: [number, number][]; turns: boolean; shape: { setShape(s: object): void } | null } | null =
    null;
  let ring: { setShape(s: object): void; attr(s: object): void } | null = null;
  let hovered: number | null = null;

  /** Pixels of all points, by two of the axes' values: both are linear. */
  function pixels(): { count: number; at(i: number): [number, number] } {
    const { data, stride } = given.places();
    const [x0, y0] = chart!.convertToPixel({ gridIndex: 0 }, [0, 0]) as [number, number];
    const [x1, y1] = chart!.convertToPixel({ gridIndex: 0 }, [1, 1]) as [number, number];
    return {
      count: data.length / stride,
      at: (i) => [x0 + (x1 - x0) * data[i * stride]!, y0 + (y1 - y0) * data[i * stride + 1]!],
    };
  }
  /** The nearest point within reach; of equally near ones the last, which is drawn on top. */
  function nearest(x: number, y: number): number | null {
    const { count, at } = pixels();
    let [best, least] = [-1, REACH * REACH];
    for (let i = 0; i < count; i++) {
      const [px, py] = at(i);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= least) [best, least] = [i, distance];
    }
    return best < 0 ? null : best;
  }
  const how = ({ shiftKey, ctrlKey, metaKey, altKey }: MouseEvent, otherwise: How): How =>
    altKey
      ? 'remove'
      : shiftKey || ctrlKey || metaKey
        ? otherwise === 'replace'
          ? 'add'
          : otherwise
        : 'replace';

  function down({ offsetX, offsetY, event }: Pointer): void {
    if (event.button !== 0 || !chart!.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return;
    drag = {
      path: [[offsetX, offsetY]],
      turns: given.turnable() && !event.shiftKey && !event.altKey,
      shape: null,
    };
  }
  function move({ offsetX, offsetY, event }: Pointer): void {
    if (!drag) {
      const now = chart!.containPixel({ gridIndex: 0 }, [offsetX, offsetY])
        ? nearest(offsetX, offsetY)
        : null;
      if (now !== hovered) given.hover((hovered = now));
      return;
    }
    if (event.buttons === 0) return up({ offsetX, offsetY, event }); // let go outside of the chart
    const [lastX, lastY] = drag.path.at(-1)!;
    if (drag.path.length === 1 && Math.hypot(offsetX - lastX, offsetY - lastY) < CLICK) return;
    drag.path.push([offsetX, offsetY]);
    chart!.dispatchAction({ type: 'hideTip' });
    if (drag.turns) {
      turning.value = true;
      return given.turn?.((offsetX - lastX) * RADIANS_PER_PX, (offsetY - lastY) * RADIANS_PER_PX);
    }
    if (!drag.shape) {
      const shape = new echarts.graphic.Polygon({
        shape: { points: drag.path },
        style: { fill: `${given.color()}22`, stroke: given.color(), lineWidth: 1.5, lineDash: [5, 3] },
        silent: true,
        z: 100,
      });
      chart!.getZr().add(shape as never);
      drag.shape = shape;
    } else drag.shape.setShape({ points: [...drag.path] });
  }
  function up({ offsetX, offsetY, event }: Pointer): void {
    if (!drag) return;
    const { path, turns, shape } = drag;
    drag = null;
    if (shape) chart!.getZr().remove(shape as never);
    if (turning.value) {
      turning.value = false;
      return;
    }
    if (path.length < 3) {
      const at = nearest(offsetX, offsetY);
      if (at === null) {
        if (how(event, 'replace') === 'replace') given.select([], 'replace');
      } else given.select([at], how(event, 'toggle'));
      return;
    }
    if (turns) return;
    const { count, at } = pixels();
    const found: number[] = [];
    for (let i = 0; i < count; i++) if (inside(path, at(i))) found.push(i);
    given.select(found, how(event, 'replace'));
  }
  function out(): void {
    if (hovered !== null) given.hover((hovered = null));
  }

  onScopeDispose(() => {
    chart = null;
  });
  return {
    turning,
    attach(made) {
      chart = made;
      const zr = made.getZr();
      const on = zr.on.bind(zr) as unknown as (name: string, act: (event: Pointer) => void) => void;
      on('mousedown', down);
      on('mousemove', move);
      on('mouseup', up);
      on('globalout', out);
    },
    point(index) {
      if (!chart) return;
      const { count, at } = pixels();
      if (!ring) {
        const made = new echarts.graphic.Circle({
          shape: { cx: 0, cy: 0, r: 9 },
          style: { fill: 'transparent', lineWidth: 2.5 },
          silent: true,
          z: 101,
        });
        chart.getZr().add(made as never);
        ring = made as never;
      }
      const shown = index !== null && index < count;
      const [cx, cy] = shown ? at(index) : [0, 0];
      ring!.attr({ invisible: !shown, shape: { cx, cy, r: 9 }, style: { stroke: given.color() } });
    },
  };
}
