/** Where a window stands, in device-independent pixels of the virtual screen. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Enough of the title bar to take hold of. */
const grip = { width: 120, height: 40 };

const overlap = (start: number, length: number, otherStart: number, otherLength: number): number =>
  Math.max(0, Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart));

const canBeGripped = (place: Place, area: Place): boolean =>
  overlap(place.x, place.width, area.x, area.width) >= grip.width &&
  overlap(place.y, grip.height, area.y, area.height) >= grip.height;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/** The place, moved and shrunk into the area. */
export const placeWithin = (place: Place, area: Place): Place => {
  const width = Math.min(place.width, area.width);
  const height = Math.min(place.height, area.height);
  return {
    x: clamp(place.x, area.x, area.x + area.width - width),
    y: clamp(place.y, area.y, area.y + area.height - height),
    width,
    height,
  };
};

/** A window of this size in the middle of the area. */
export const centredIn = (size: { width: number; height: number }, area: Place): Place =>
  placeWithin(
    {
      x: Math.round(area.x + (area.width - size.width) / 2),
      y: Math.round(area.y + (area.height - size.height) / 2),
      width: size.width,
      height: size.height,
    },
    area,
  );

/**
 * The remembered place while its title bar can still be gripped on one of the displays' work areas; otherwise, as
 * when its display went away, its size in the middle of the main one (LAY-4).
 */
export const reachablePlace = (place: Place, areas: readonly Place[], main: Place): Place =>
  areas.some((area) => canBeGripped(place, area)) ? place : centredIn(place, main);

/** Where a window of this size goes that no place is remembered for: around the middle of where it is now. */
export const resizedAround = (current: Place, size: { width: number; height: number }, area: Place): Place =>
  placeWithin(
    {
      x: Math.round(current.x + (current.width - size.width) / 2),
      y: current.y,
      width: size.width,
      height: size.height,
    },
    area,
  );

/** The bottom right corner of a display's work area, where calls are announced. */
export const cornerPlace = (size: { width: number; height: number }, area: Place, margin: number): Place => ({
  x: area.x + area.width - size.width - margin,
  y: area.y + area.height - size.height - margin,
  width: size.width,
  height: size.height,
});
