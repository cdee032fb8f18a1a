import { describe, expect, it } from 'vitest';
import { choicesOf } from './columnChoices.ts';

const known = { sections: ['overall', 'vertical'], metrics: ['loss', 'accuracy/vertical/x'] };
const parameters = ['training.batchSize', 'training.steps'];
const keys = (typed: string, shown: string[] = []): string[] =>
  choicesOf(known, parameters, shown, typed).flatMap(({ entries }) => entries.map((entry) => entry.key));

describe('columns to add', () => {
  it('are those of every kind that the word is in, without those that are there', () => {
    expect(keys('vertical')).toEqual(['accuracy:vertical', 'metric:accuracy/vertical/x']);
    expect(keys('vertical', ['accuracy:vertical'])).toEqual(['metric:accuracy/vertical/x']);
    expect(keys('BATCH')).toEqual(['spec:training.batchSize']);
  });

  it('hold a parameter that was typed whole, in either way of writing', () => {
    expect(keys('dataset.parts[1].lambda')).toEqual(['spec:dataset.parts.1.lambda']);
    expect(keys('dataset.parts.1.lambda')).toEqual(['spec:dataset.parts.1.lambda']);
  });

  it('do not hold half a word as a parameter, or one twice', () => {
    expect(keys('batchy')).toEqual([]);
    expect(keys('training.steps')).toEqual(['spec:training.steps']);
  });
});
