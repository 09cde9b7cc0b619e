const LETTERS: Readonly<Record<string, string>> = {
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "oe",
  Ø: "OE",
  ß: "ss",
  ẞ: "SS",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ı: "i",
};

/**
 * Replaces Latin letters that carry marks by their base letters, and the letters that are none by the two that Entra
 * uses: ä → a, ß → ss, ø → oe. Other scripts stay as they are: there a mark makes another letter (й, が).
 */
export function normalizeDiacritics(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/(\p{Script=Latin})\p{M}+/gu, "$1")
    .normalize("NFC")
    .replaceAll(/[æÆœŒøØßẞłŁđĐı]/g, (letter) => LETTERS[letter] ?? letter);
}
