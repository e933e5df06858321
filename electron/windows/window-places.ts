import { z } from 'zod';
import { layoutSchema, type Layout } from '../../protocol/settings.ts';
import { readJsonFile, writeJsonFile } from '../files/json-file.ts';
import type { Place } from './place.ts';

const placeSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
const fileSchema = z.object({
  layout: layoutSchema.catch('expanded'),
  places: z.partialRecord(layoutSchema, placeSchema).catch({}),
});

/** Remembers the layout shown last and one place per layout (LAY-4). */
export interface WindowPlaces {
  layout(): Layout;
  placeOf(layout: Layout): Place | null;
  remember(layout: Layout, place: Place): void;
  save(): void;
}

export const windowPlaces = (file: string, now: () => number): WindowPlaces => {
  const content = readJsonFile(file, now);
  const read = fileSchema.safeParse(content.state === 'present' ? content.value : {});
  let { layout, places } = read.success ? read.data : fileSchema.parse({});
  return {
    layout: () => layout,
    placeOf: (of) => places[of] ?? null,
    remember: (of, place) => {
      layout = of;
      places = { ...places, [of]: place };
    },
    save: () => writeJsonFile(file, { layout, places }),
  };
};
