import { expect, it } from 'vitest';
import { layoutOfWidth, layoutSizes } from './layouts.ts';
import { cornerPlace, reachablePlace, resizedAround } from './place.ts';

const main = { x: 0, y: 0, width: 1920, height: 1040 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };
const onSecond = { x: 2000, y: 100, width: 900, height: 760 };

it('keeps a window on the display where it was left (LAY-4)', () => {
  expect(reachablePlace(onSecond, [main, second], main)).toBe(onSecond);
  expect(reachablePlace({ ...onSecond, x: -700 }, [main], main)).toEqual({ ...onSecond, x: -700 });
});

it('brings a window back whose display went away, in its size (LAY-4)', () => {
  expect(reachablePlace(onSecond, [main], main)).toEqual({ x: 510, y: 140, width: 900, height: 760 });
  expect(reachablePlace({ ...onSecond, x: 100, y: -200 }, [main], main)).toMatchObject({ x: 510, y: 140 });
  expect(reachablePlace({ x: 5000, y: 0, width: 4000, height: 3000 }, [main], main)).toEqual(main);
});

it('changes the size around the middle and stays on the display', () => {
  const mini = { x: 1500, y: 200, width: 380, height: 720 };
  expect(resizedAround(mini, layoutSizes.expanded, main)).toEqual({ x: 580, y: 180, width: 1340, height: 860 });
});

it('announces calls in the corner', () => {
  expect(cornerPlace({ width: 360, height: 140 }, second, 16)).toEqual({ x: 2824, y: 868, width: 360, height: 140 });
});

it('shows each layout at its own size', () => {
  for (const [layout, { width }] of Object.entries(layoutSizes)) expect(layoutOfWidth(width)).toBe(layout);
});
