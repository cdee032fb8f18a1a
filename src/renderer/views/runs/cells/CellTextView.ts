import { h, type FunctionalComponent } from 'vue';
import type { CellText } from '../model/cellText.ts';

/** A cell of text. A function and not a component with state, since a page has a thousand. */
const CellTextView: FunctionalComponent<{ text: CellText }> = ({ text: { text, aside, title } }) =>
  h('span', { class: text === '–' ? 'text number muted' : 'text number', title }, [
    text,
    aside === undefined ? null : h('span', { class: 'aside muted' }, ` ${aside}`),
  ]);
CellTextView.props = ['text'];
export default CellTextView;
