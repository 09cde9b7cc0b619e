import { toCharacters } from "./characters.ts";

/** True for the name of a culture, such as de-DE. */
export function isCulture(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
}

/** Lower case, by the rules of a culture if one is named. */
export function toLower(text: string, culture?: string): string {
  return changeCase(text, (letter) => lowerOf(letter, culture));
}

/** Upper case, by the rules of a culture if one is named. */
export function toUpper(text: string, culture?: string): string {
  return changeCase(text, (letter) => upperOf(letter, culture));
}

/** Letter by letter, as .NET does: one whose counterpart is more than one letter (ß, İ) stays. */
function changeCase(text: string, change: (letter: string) => string): string {
  const known = new Map<string, string>();
  let result = "";
  for (const letter of text) {
    const changed = known.get(letter) ?? change(letter);
    known.set(letter, changed);
    result += changed;
  }
  return result;
}

/** The cultures whose letters have counterparts of their own in .NET; Greek accents, for instance, stay. */
const TURKIC = /^(?:tr|az)(?:-|$)/i;

function lowerOf(letter: string, culture = ""): string {
  return firstLetter([TURKIC.test(culture) ? letter.toLocaleLowerCase(culture) : "", letter.toLowerCase()], letter);
}

/** Without a culture, the dotless ı stays, as in .NET: I belongs to another letter. */
function upperOf(letter: string, culture?: string): string {
  if (culture === undefined && letter === "ı") return letter;
  const isTurkic = culture !== undefined && TURKIC.test(culture);
  return firstLetter([isTurkic ? letter.toLocaleUpperCase(culture) : "", letter.toUpperCase()], letter);
}

function firstLetter(candidates: readonly string[], letter: string): string {
  return candidates.find((candidate) => toCharacters(candidate).length === 1) ?? letter;
}

/** Word ends of .NET's TextInfo.ToTitleCase: blanks, control and format characters, punctuation and symbols. */
const WORD_END = /^[\p{Z}\p{Cc}\p{Cf}\p{P}\p{S}]$/u;

/** First letter of each word in upper case, the rest in lower case. Words end at the separators, if there are any. */
export function toProperCase(text: string, separators: string | undefined): string {
  const own = separators === undefined || separators === "" ? undefined : new Set(toCharacters(separators));
  const known = new Map<string, Letter>();
  let isFirst = true;
  let result = "";
  for (const letter of text) {
    let forms = known.get(letter);
    if (forms === undefined) {
      forms = {
        upper: upperOf(letter),
        lower: lowerOf(letter),
        isEnd: own?.has(letter) ?? WORD_END.test(letter),
      };
      known.set(letter, forms);
    }
    result += isFirst ? forms.upper : forms.lower;
    isFirst = forms.isEnd;
  }
  return result;
}

type Letter = { readonly upper: string; readonly lower: string; readonly isEnd: boolean };
