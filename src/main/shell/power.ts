import { powerSaveBlocker } from 'electron';

/** Keeps the machine from falling asleep, as long as it is told so and no longer; the screen may go dark. */
export function createAwakeKeeper(): { keep(awake: boolean): void } {
  let id: number | null = null;
  return {
    keep(awake) {
      if (awake && id === null) id = powerSaveBlocker.start('prevent-app-suspension');
      if (!awake && id !== null) {
        powerSaveBlocker.stop(id);
        id = null;
      }
    },
  };
}
