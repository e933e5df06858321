import { expect, it } from 'vitest';
import { layoutFor } from './window-layout.ts';

it('LAY-4 chooses the layout by the width of the window', () => {
  expect([320, 699].map(layoutFor)).toEqual(['mini', 'mini']);
  expect([700, 1099].map(layoutFor)).toEqual(['normal', 'normal']);
  expect([1100, 2560].map(layoutFor)).toEqual(['expanded', 'expanded']);
});
