import type { RunPage } from '../../../../shared/contract/runs.ts';
import {
  accuracyColumn,
  columnOf,
  metricColumn,
  orderSections,
  OWN_COLUMNS,
  parameterPath,
  specColumn,
} from './columns.ts';

export interface ColumnChoices {
  readonly label: string;
  readonly entries: readonly { readonly key: string; readonly title: string }[];
}

/** Longer lists are not read but searched. */
const MOST_PARAMETERS = 60;

/**
 * Columns that can still be added, by kind. A parameter that no preset has (of a run with more parts, say) is offered
 * when its path is typed.
 * @param parameters paths of specifications, as requests name them
 */
export function choicesOf(
  known: Pick<RunPage['known'], 'sections' | 'metrics'>,
  parameters: readonly string[],
  shown: readonly string[],
  typed: string,
): ColumnChoices[] {
  const word = typed.trim().toLowerCase();
  const fits = (title: string): boolean => title.toLowerCase().includes(word);
  const paths = parameters.filter(fits).slice(0, MOST_PARAMETERS);
  const own = parameterPath(typed.trim());
  if (PATH.test(own) && !parameters.includes(own)) paths.push(own);
  const all: ColumnChoices[] = [
    {
      label: 'Of the run',
      entries: OWN_COLUMNS.map((key) => ({ key, title: columnOf(key, 'last')!.title })),
    },
    {
      label: 'Accuracy by section',
      entries: orderSections(known.sections).map((section) => ({
        key: accuracyColumn(section),
        title: section,
      })),
    },
    {
      label: 'Latest value of a metric',
      entries: known.metrics.map((key) => ({ key: metricColumn(key), title: key })),
    },
  ];
  const rest = all.map(({ label, entries }) => ({
    label,
    entries: entries.filter(({ title }) => fits(title)),
  }));
  rest.push({ label: 'Parameter', entries: paths.map((path) => ({ key: specColumn(path), title: path })) });
  return rest
    .map(({ label, entries }) => ({ label, entries: entries.filter(({ key }) => !shown.includes(key)) }))
    .filter(({ entries }) => entries.length > 0);
}

const PATH = /^[a-z]\w*(\.[\w-]+)+$/i;
