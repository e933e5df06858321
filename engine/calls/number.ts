/** What the softphone dials of what somebody wrote; the reading itself is in the room `numbers`. */
import { readNumber } from '../../numbers/written.ts';
import type { DialPlan } from '../../protocol/numbers.ts';

/** The digits to dial: `+49 (0)30 / 123-45` → `+493012345`. `null` where the text is not a number. */
export const parseNumber = (written: string, plan: DialPlan | null = null): string | null =>
  readNumber(written, plan)?.number ?? null;
