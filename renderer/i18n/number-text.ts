import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf } from '../../numbers/place.ts';
import { showNumber } from '../../numbers/show.ts';
import type { DialPlan } from '../../protocol/numbers.ts';
import { languageSchema } from '../../protocol/settings.ts';
import { localeTag } from './language.ts';

/** What a number says by itself: as people here write it, and where it belongs; `null` where that is not known. */
export interface NumberText {
  shown: string;
  /** `Deggendorf`, `Wien, Österreich`, `Telekom`. */
  place: string | null;
}

/** Numbers as text in the language that is shown (TEL-17). */
export const useNumberText = (plan: DialPlan | null): ((number: string) => NumberText) => {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const language = languageSchema.safeParse(i18n.language);
    const names = new Intl.DisplayNames(language.success ? localeTag(language.data) : 'en', { type: 'region' });
    return (number) => numberText(number, plan, (country) => names.of(country) ?? country);
  }, [i18n.language, plan]);
};

export const numberText = (
  number: string,
  plan: DialPlan | null,
  countryName: (country: string) => string,
): NumberText => {
  const found = placeOf(number, plan);
  const near = found?.place ?? found?.network ?? null;
  const country = found === null || found.country === null ? null : countryName(found.country);
  const place = [near, country].filter((part) => part !== null).join(', ');
  return { shown: showNumber(number, plan), place: place === '' ? null : place };
};
