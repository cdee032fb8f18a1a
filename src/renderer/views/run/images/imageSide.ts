/** Side in CSS pixels near to the wanted one at which each of an image's N pixels is equally large. */
export function imageSide(size: number, wanted: number): number {
  return size * Math.max(1, Math.round(wanted / Math.max(1, size)));
}
