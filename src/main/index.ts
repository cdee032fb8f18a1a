import { startShell } from './shell/start.ts';

/** Electron's entry. */
startShell();
