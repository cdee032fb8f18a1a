import { describe, expect, it } from 'vitest';
import { comparedRun, evaluation, specWith } from '../testing/runs.ts';
import { defaultAxes, defaultScatter, fieldsOf, neededMetric, type Field } from './fields.ts';

const runs = [1e-3, 1e-2].map((rate, i) =>
  comparedRun(`r${i}`, {
    spec: specWith((spec) => {
      spec.training.optimizer.learningRate = rate;
      spec.seed = i;
      if (i === 1) spec.training.batchSize = 32;
    }),
    evaluations: [evaluation(0, { overall: 0.6 - i / 10 }), evaluation(40, { overall: 0.2 + i / 10 })],
    row: { latest: { loss: 0.5 - i / 10 }, seconds: 100 * (i + 1) },
  }),
);
const points: Record<string, [number, number][]> = {
  r0: [
    [1, 3],
    [2, 1],
    [3, 2],
  ],
};
const context = {
  cursor: 10,
  seriesOf: (id: string, key: string) => (key === 'loss' ? points[id] : undefined),
};
const fields = fieldsOf(runs, context);
const values = (key: string) => fields.find((f) => f.key === key)?.values;

describe('fieldsOf', () => {
  it('has the parameters, and knows which differ and which are numbers', () => {
    const of = (key: string) => fields.find((f) => f.key === key) as Field;
    expect(of('spec:training.optimizer.learningRate')).toMatchObject({
      values: [1e-3, 1e-2],
      numeric: true,
      differs: true,
    });
    expect(of('spec:model.activation')).toMatchObject({
      values: ['silu', 'silu'],
      numeric: false,
      differs: false,
    });
    expect(of('spec:model.widths').values[0]).toBe('[8,16]');
  });

  it('has accuracies last, best and at the cursor', () => {
    expect(values('accuracy:overall:both:last')).toEqual([0.2, expect.closeTo(0.3, 12)]);
    expect(values('accuracy:overall:both:best')).toEqual([0.6, 0.5]);
    expect(values('accuracy:overall:both:cursor')).toEqual([0.6, 0.5]);
    const following = fieldsOf(runs, { ...context, cursor: null });
    expect(following.find((f) => f.key === 'accuracy:overall:both:cursor')!.values).toEqual(
      values('accuracy:overall:both:last'),
    );
  });

  it('has the latest of a metric from the row, and its extremes once the points were read', () => {
    expect(values('metric:loss:latest')).toEqual([0.5, 0.4]);
    expect(values('metric:loss:least')).toEqual([1, null]);
    expect(values('metric:loss:greatest')).toEqual([3, null]);
    expect(neededMetric('metric:loss:least')).toBe('loss');
    expect(neededMetric('metric:loss:latest')).toBeNull();
  });

  it('names each field once', () => {
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
  });
});

describe('defaults', () => {
  it('parallel coordinates begin with what differs, once for each way of telling runs apart, the seed last', () => {
    // Learning rate and batch size tell these two runs apart in the same way.
    const axes = defaultAxes(fields);
    expect(axes.slice(0, 2)).toEqual(['spec:training.batchSize', 'spec:seed']);
    expect(axes).toContain('accuracy:overall:both:cursor');
    const three = fieldsOf(
      [...runs, comparedRun('c', { spec: specWith((spec) => (spec.training.batchSize = 32)) })],
      context,
    );
    expect(defaultAxes(three).slice(0, 2)).toEqual([
      'spec:training.batchSize',
      'spec:training.optimizer.learningRate',
    ]);
  });

  it('a scatter plot begins with a parameter that differs, not the seed, against overall accuracy', () => {
    expect(defaultScatter(fields)).toEqual({
      x: 'spec:training.batchSize',
      y: 'accuracy:overall:both:cursor',
    });
  });
});
