import { failTooLong, mapText } from "./arguments.ts";
import { toCharacters } from "./characters.ts";
import { normalizeDiacritics } from "./diacritics.ts";
import { isCulture, toLower, toProperCase, toUpper } from "./letter-case.ts";
import { MAX_RESULT, type Call, type FunctionSpec, type Parameter } from "./evaluation.ts";
import { isEmpty, isMany, printScalar, toItems, type Datum } from "./datum.ts";

const SOURCE: Parameter = { name: "source", type: "text" };
const STRING: Parameter = { name: "string", type: "text" };
const CULTURE: Parameter = { name: "culture", type: "culture", isOptional: true };
const COMPARE_TYPE: Parameter = {
  name: "compareType",
  type: "choice",
  isOptional: true,
  choices: ["vbBinaryCompare", "vbTextCompare"],
};

/** Functions that build and cut texts. Those of one source apply to each element of a list. */
export const TEXT_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: "Append",
    returns: "each",
    parameters: [SOURCE, { name: "suffix", type: "text" }],
    origin: "entra",
    summary: "Puts a suffix behind the source; nothing stays nothing.",
    example: {
      expression: 'Append([mailNickname], ".test")',
      attributes: { mailNickname: "john" },
      result: "john.test",
    },
    run: (call) => mapText(call, 0, (text) => text + (call.text(1) ?? "")),
  },
  {
    name: "Join",
    returns: "text",
    parameters: [
      { name: "separator", type: "text" },
      { name: "source", type: "list", isRepeating: true },
    ],
    origin: "entra",
    summary: "Puts all values of all sources together, with the separator between them; empty ones are skipped.",
    example: {
      expression: 'Join(" ", [givenName], [surname])',
      attributes: { givenName: "Ada", surname: "Lovelace" },
      result: "Ada Lovelace",
    },
    run: runJoin,
  },
  {
    name: "ToLower",
    returns: "each",
    parameters: [SOURCE, CULTURE],
    origin: "entra",
    summary: "Lower case, by the rules of a culture if one is named.",
    example: { expression: "ToLower([mail])", attributes: { mail: "Ada@Contoso.com" }, result: "ada@contoso.com" },
    run: (call) => runCase(call, toLower),
  },
  {
    name: "ToUpper",
    returns: "each",
    parameters: [SOURCE, CULTURE],
    origin: "entra",
    summary: "Upper case, by the rules of a culture if one is named.",
    example: { expression: "ToUpper([country])", attributes: { country: "de" }, result: "DE" },
    run: (call) => runCase(call, toUpper),
  },
  {
    name: "PCase",
    returns: "each",
    parameters: [SOURCE, { name: "wordSeparators", type: "text", isOptional: true }],
    origin: "entra",
    summary:
      "First letter of each word in upper case, the rest in lower case; words end at blanks and punctuation, or at the given characters only.",
    example: {
      expression: 'PCase([surname], " \'-")',
      attributes: { surname: "PINTO-DE'SILVA" },
      result: "Pinto-De'Silva",
    },
    run: (call) => mapText(call, 0, (text) => toProperCase(text, call.text(1))),
  },
  {
    name: "StripSpaces",
    returns: "each",
    parameters: [SOURCE],
    origin: "entra",
    summary: "Removes every blank.",
    example: { expression: "StripSpaces([displayName])", attributes: { displayName: "a b c" }, result: "abc" },
    run: (call) => mapText(call, 0, (text) => text.replaceAll(" ", "")),
  },
  {
    name: "NormalizeDiacritics",
    returns: "each",
    parameters: [SOURCE],
    origin: "entra",
    summary: "Replaces Latin letters with marks by plain ones: ä by a, ß by ss, ø by oe.",
    example: { expression: "NormalizeDiacritics([givenName])", attributes: { givenName: "Zoë" }, result: "Zoe" },
    run: (call) => mapText(call, 0, normalizeDiacritics),
  },
  {
    name: "Left",
    returns: "each",
    parameters: [STRING, { name: "numChars", type: "number" }],
    origin: "entra",
    summary:
      "The first characters; the whole text if it is shorter or the number is negative, the empty text for nothing.",
    example: { expression: 'Left("John Doe", 3)', result: "Joh" },
    run: (call) => cut(call, 1, (characters, count) => characters.slice(0, count)),
  },
  {
    name: "Right",
    returns: "each",
    parameters: [STRING, { name: "numChars", type: "number" }],
    origin: "cloud-sync",
    summary:
      "The last characters; the whole text if it is shorter or the number is negative, the empty text for nothing.",
    example: { expression: 'Right("John Doe", 3)', result: "Doe" },
    run: (call) => cut(call, 1, (characters, count) => characters.slice(Math.max(0, characters.length - count))),
  },
  {
    name: "Mid",
    returns: "each",
    parameters: [SOURCE, { name: "start", type: "number" }, { name: "length", type: "number" }],
    origin: "entra",
    summary:
      "Characters from a 1-based position on; the whole text for a start below 1 or a negative length, the empty text for nothing.",
    example: { expression: "Mid([givenName], 2, 3)", attributes: { givenName: "Johanna" }, result: "oha" },
    run: (call) =>
      cut(call, 2, (characters, count) => {
        const start = Math.trunc(call.number(1));
        return start < 1 ? characters : characters.slice(start - 1, start - 1 + count);
      }),
  },
  {
    name: "Len",
    returns: "number",
    parameters: [STRING],
    origin: "cloud-sync",
    summary: "Number of characters; 0 for nothing.",
    example: { expression: 'Len("John Doe")', result: 8 },
    run: (call) => toCharacters(call.text(0) ?? "").length,
  },
  {
    name: "Trim",
    returns: "each",
    parameters: [SOURCE],
    origin: "cloud-sync",
    summary: "Removes white space at both ends.",
    example: { expression: 'Trim(" a b ")', result: "a b" },
    run: (call) => mapText(call, 0, (text) => text.trim()),
  },
  {
    name: "LTrim",
    returns: "each",
    parameters: [SOURCE],
    origin: "cloud-sync",
    summary: "Removes white space at the beginning.",
    example: { expression: 'LTrim(" a b ")', result: "a b " },
    run: (call) => mapText(call, 0, (text) => text.trimStart()),
  },
  {
    name: "RTrim",
    returns: "each",
    parameters: [SOURCE],
    origin: "cloud-sync",
    summary: "Removes white space at the end.",
    example: { expression: 'RTrim(" a b ")', result: " a b" },
    run: (call) => mapText(call, 0, (text) => text.trimEnd()),
  },
  {
    name: "InStr",
    returns: "number",
    parameters: [
      { name: "value1", type: "text" },
      { name: "value2", type: "text" },
      { name: "start", type: "number", isOptional: true },
      COMPARE_TYPE,
    ],
    origin: "entra",
    summary: "1-based position of the second text in the first, from `start` on; 0 if it is not there.",
    example: { expression: 'InStr("The quick brown fox", "quick")', result: 5 },
    run: (call) =>
      find(call, (letters, part, start = 1) =>
        letters.join("").indexOf(part, letters.slice(0, Math.max(0, start - 1)).join("").length),
      ),
  },
  {
    name: "InStrRev",
    returns: "number",
    parameters: [
      { name: "value1", type: "text" },
      { name: "value2", type: "text" },
      { name: "start", type: "number", isOptional: true },
      COMPARE_TYPE,
    ],
    origin: "cloud-sync",
    summary:
      "1-based position of the last place of the second text in the first, looking back from `start`; 0 if it is not there.",
    example: { expression: 'InStrRev("abbcdbbbef", "bb")', result: 7 },
    run: (call) =>
      find(call, (letters, part, start = letters.length) => {
        const before = start < 1 ? letters : letters.slice(0, start);
        return part === "" ? before.slice(0, -1).join("").length : before.join("").lastIndexOf(part);
      }),
  },
  {
    name: "Word",
    returns: "text",
    parameters: [STRING, { name: "wordNumber", type: "number" }, { name: "delimiters", type: "text" }],
    origin: "entra",
    summary: "The n-th word, where each of the delimiters ends a word; the empty text if there are not as many.",
    example: { expression: 'Word("The quick brown fox", 3, " ")', result: "brown" },
    run: (call) => splitWords(call.text(0) ?? "", call.text(2) ?? "")[Math.trunc(call.number(1)) - 1] ?? "",
  },
  {
    name: "CStr",
    returns: "each",
    parameters: [{ name: "value", type: "any" }],
    origin: "entra",
    summary: "The value as text; booleans as True and False.",
    example: { expression: "CStr([accountEnabled])", attributes: { accountEnabled: true }, result: "True" },
    run: (call) => {
      const datum = call.value(0);
      if (datum === undefined) return undefined;
      return isMany(datum) ? datum.map(printScalar) : printScalar(datum);
    },
  },
];

function runJoin(call: Call): Datum {
  const separator = call.text(0) ?? "";
  const texts: string[] = [];
  let total = 0;
  for (let index = 1; index < call.count; index += 1) {
    for (const item of toItems(call.value(index))) {
      const text = printScalar(item);
      if (text === "") continue;
      total += text.length + separator.length;
      if (total > MAX_RESULT + separator.length) return failTooLong(call);
      texts.push(text);
    }
  }
  return texts.join(separator);
}

function runCase(call: Call, change: (text: string, culture: string | undefined) => string): Datum {
  const culture = call.has(1) ? call.text(1) : undefined;
  const known = culture === "" ? undefined : culture;
  if (known !== undefined && !isCulture(known)) return call.fail("not-a-culture", "no such culture", 1);
  return mapText(call, 0, (text) => change(text, known));
}

function cut(
  call: Call,
  countIndex: number,
  take: (characters: readonly string[], count: number) => readonly string[],
): Datum {
  const count = Math.trunc(call.number(countIndex));
  const change = (text: string): string => (count < 0 ? text : take(toCharacters(text), count).join(""));
  return isEmpty(call.value(0)) ? "" : mapText(call, 0, change);
}

/** Returns an index in code units, or -1. */
type Search = (letters: readonly string[], part: string, start: number | undefined) => number;

/** As in VBA: nothing is in nothing, and an empty part is where the search begins. Positions count code points. */
function find(call: Call, search: Search): number {
  const isBinary = !call.has(3) || ["vbBinaryCompare", "0"].includes(call.text(3) ?? "");
  const fold = (text: string): string => (isBinary ? text : toLower(text));
  const [text, part] = [fold(call.text(0) ?? ""), fold(call.text(1) ?? "")];
  const start = call.has(2) ? Math.trunc(call.number(2)) : undefined;
  const letters = toCharacters(text);
  if (text === "" || (start ?? 0) > letters.length) return 0;
  const found = search(letters, part, start);
  return found < 0 ? 0 : toCharacters(text.slice(0, found)).length + 1;
}

function splitWords(text: string, delimiters: string): readonly string[] {
  const ends = new Set(toCharacters(delimiters));
  const words: string[] = [];
  let word = "";
  for (const character of toCharacters(text)) {
    if (!ends.has(character)) word += character;
    else if (word !== "") {
      words.push(word);
      word = "";
    }
  }
  return word === "" ? words : [...words, word];
}
