export { tQuantile } from '../../core/metrics/trends/student-t.ts';
