/** Side in CSS pixels near to the wanted one at which each of an image's N pixels is equally large. */
export function imageSide(size: number, wanted: number): number {
  return size * Math.max(1, Math.round(wanted / Math.max(1, size)));
}

/** The side to want for images beside each other in a box of this width: larger on large screens. */
export function wantedSide(boxWidth: number): number {
  return Math.min(176, Math.max(96, boxWidth / 9));
}
