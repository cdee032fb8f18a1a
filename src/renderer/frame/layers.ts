/** Overlays begin above everything that views stack themselves. */
export const zIndex = 2000;
