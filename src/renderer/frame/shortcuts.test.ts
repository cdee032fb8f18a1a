import { effectScope } from 'vue';
import { describe, expect, it } from 'vitest';
import { frameCommand, isTyping, shortcutGroups, useShortcutHelp } from './shortcuts.ts';

const key = (name: string, change: Partial<Parameters<typeof frameCommand>[0]> = {}) => ({
  key: name,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...change,
});

describe('keys of the frame', () => {
  it('open the palette from anywhere, also while typing', () => {
    expect(frameCommand(key('k', { ctrlKey: true }), true)).toBe('palette');
    expect(frameCommand(key('K', { metaKey: true }), false)).toBe('palette');
  });

  it('never take a letter from a text that is being typed', () => {
    expect(['?', '.', ','].map((name) => frameCommand(key(name), true))).toEqual([null, null, null]);
    expect(frameCommand(key('?'), false)).toBe('help');
  });

  it('leave the shortcuts of browser and system alone', () => {
    expect(frameCommand(key('.', { ctrlKey: true }), false)).toBeNull();
    expect(frameCommand(key('k', { ctrlKey: true, altKey: true }), false)).toBeNull();
    expect(frameCommand(key('k'), false)).toBeNull();
  });

  it('go to a view by the digit under the finger, whatever it types', () => {
    expect(frameCommand(key('¡', { altKey: true, code: 'Digit1' }), true)).toEqual({ place: 0 });
    expect(frameCommand(key('5', { altKey: true, code: 'Digit5' }), false)).toEqual({ place: 4 });
    expect(frameCommand(key('6', { altKey: true, code: 'Digit6' }), false)).toBeNull();
  });
});

it('tells fields for text from other controls', () => {
  const element = (tagName: string, rest: object = {}) => ({ tagName, ...rest }) as unknown as EventTarget;
  expect(isTyping(element('INPUT', { type: 'search' }))).toBe(true);
  expect(isTyping(element('TEXTAREA'))).toBe(true);
  expect(isTyping(element('DIV', { isContentEditable: true }))).toBe(true);
  expect(isTyping(element('INPUT', { type: 'checkbox' }))).toBe(false);
  expect(isTyping(element('BUTTON'))).toBe(false);
  expect(isTyping(null)).toBe(false);
});

it('shows the keys of a view only while it is open', () => {
  const titles = (): string[] => shortcutGroups.value.map((group) => group.title);
  const view = effectScope();
  view.run(() => useShortcutHelp('Runs', [['/', 'search']]));
  expect(titles()).toEqual(['Everywhere', 'Runs']);
  view.stop();
  expect(titles()).toEqual(['Everywhere']);
});
