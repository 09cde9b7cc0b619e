import { mapText } from "./arguments.ts";
import { parseNumber } from "./datum.ts";
import type { Call, FunctionSpec, Parameter } from "./evaluation.ts";
import type { Tree } from "./tree.ts";

const SOURCE: Parameter = { name: "source", type: "text" };
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Functions of encodings and bits, and those that draw lots. */
export const ENCODING_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: "ConvertToBase64",
    returns: "each",
    parameters: [SOURCE],
    origin: "entra",
    summary: "Base64 of the text in UTF-16 (little endian).",
    example: { expression: 'ConvertToBase64("Hello world!")', result: "SABlAGwAbABvACAAdwBvAHIAbABkACEA" },
    run: (call) => mapText(call, 0, (text) => Buffer.from(text, "utf16le").toString("base64")),
  },
  {
    name: "ConvertFromBase64",
    returns: "each",
    parameters: [SOURCE],
    origin: "cloud-sync",
    summary: "The text whose UTF-16 (little endian) the source is in base64.",
    example: { expression: 'ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")', result: "Hello world!" },
    run: (call) => mapText(call, 0, (text) => decodeBase64(call, text).toString("utf16le")),
  },
  {
    name: "ConvertToUTF8Hex",
    returns: "each",
    parameters: [SOURCE],
    origin: "entra",
    summary: "The bytes of the text in UTF-8, as hexadecimal digits in upper case.",
    example: { expression: 'ConvertToUTF8Hex("Hello world!")', result: "48656C6C6F20776F726C6421" },
    run: (call) => mapText(call, 0, (text) => Buffer.from(text, "utf8").toString("hex").toUpperCase()),
  },
  {
    name: "StringFromSid",
    returns: "each",
    parameters: [{ name: "sid", type: "text" }],
    origin: "cloud-sync",
    summary: "A security identifier in base64 as text.",
    example: { expression: 'StringFromSid("AQEAAAAAAAUSAAAA")', result: "S-1-5-18" },
    run: (call) =>
      mapText(call, 0, (text) => (/^(S-\d|$)/.test(text) ? text : printSid(call, decodeBase64(call, text)))),
  },
  {
    name: "BitAnd",
    returns: "number",
    parameters: [
      { name: "value1", type: "number" },
      { name: "value2", type: "number" },
    ],
    origin: "entra",
    summary: "The bits that both numbers have.",
    example: { expression: "BitAnd(&HF, &HF7)", result: 7 },
    run: (call) => Number(toInteger(call, 0) & toInteger(call, 1)),
  },
  {
    name: "Redact",
    returns: { from: 0, step: 1 },
    parameters: [{ name: "value", type: "any" }],
    origin: "entra",
    summary: "The value itself, which the provisioning log shows as [Redact] only.",
    example: { expression: "Redact([employeeId])", attributes: { employeeId: "42" }, result: "42" },
    run: (call) => call.value(0),
  },
  {
    name: "Guid",
    returns: "text",
    parameters: [],
    origin: "entra",
    summary: "A new random identifier.",
    example: { expression: "Guid()" },
    run: runGuid,
  },
  {
    name: "RandomString",
    returns: "text",
    parameters: [
      { name: "length", type: "number" },
      { name: "minimumNumbers", type: "number" },
      { name: "minimumSpecialCharacters", type: "number" },
      { name: "minimumCapital", type: "number" },
      { name: "minimumLowerCase", type: "number" },
      { name: "charactersToAvoid", type: "text", isOptional: true },
    ],
    origin: "entra",
    summary:
      "A random text of up to 256 characters, with at least so many of each kind; kinds with a minimum of 0 do not appear unless all are 0.",
    example: { expression: 'RandomString(10, 2, 2, 2, 1, "?,")' },
    check: checkRandomString,
    run: runRandomString,
  },
];

function decodeBase64(call: Call, text: string): Buffer {
  const bare = text.trim();
  if (!BASE64.test(bare)) call.fail("not-base64", "the value is not base64", 0);
  return Buffer.from(bare, "base64");
}

/** MS-DTYP 2.4.2.2: revision, number of sub-authorities, authority (48 bits, big endian), sub-authorities. */
function printSid(call: Call, bytes: Buffer): string {
  const count = bytes.length < 8 ? 0 : bytes.readUInt8(1);
  if (bytes.length !== 8 + count * 4) return call.fail("not-a-sid", "the value is not a security identifier", 0);
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 4));
  return ["S", bytes.readUInt8(0), bytes.readUIntBE(2, 6), ...parts].join("-");
}

function toInteger(call: Call, index: number): bigint {
  const number = call.number(index);
  return Number.isInteger(number) ? BigInt(number) : call.fail("not-a-number", "a whole number is needed", index);
}

function runGuid(call: Call): string {
  const bytes = Array.from({ length: 16 }, () => draw(call, 256));
  // RFC 9562: version 4, variant 10.
  const fixed = [...bytes.slice(0, 6), ((bytes[6] ?? 0) & 0x0f) | 0x40, bytes[7] ?? 0, ((bytes[8] ?? 0) & 0x3f) | 0x80];
  const hex = [...fixed, ...bytes.slice(9)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const MAX_RANDOM = 256;

const KINDS = [
  "0123456789",
  "!@#$%^&*()-_=+[]{}:;?,.<>/|~",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "abcdefghijklmnopqrstuvwxyz",
];

function checkRandomString(args: readonly Tree[]): string | undefined {
  const [length, ...minima] = args.slice(0, KINDS.length + 1).map(toConstant);
  if (length === undefined) return undefined;
  if (length < 1 || length > MAX_RANDOM) return `the length must be 1 to ${MAX_RANDOM}`;
  const total = minima.reduce<number>((sum, minimum) => sum + Math.max(0, minimum ?? 0), 0);
  return total > length ? `the minima add up to ${total}, more than the length` : undefined;
}

function toConstant(argument: Tree): number | undefined {
  const number = argument.kind === "text" ? parseNumber(argument.value) : undefined;
  return argument.kind === "number" ? Math.trunc(argument.value) : number && Math.trunc(number);
}

function runRandomString(call: Call): string {
  const avoided = call.has(5) ? (call.text(5) ?? "") : "";
  const length = Math.trunc(call.number(0));
  const minima = KINDS.map((_, kind) => Math.max(0, Math.trunc(call.number(kind + 1))));
  const total = minima.reduce((sum, minimum) => sum + minimum, 0);
  if (length < 1 || length > MAX_RANDOM) call.fail("out-of-range", `the length must be 1 to ${MAX_RANDOM}`, 0);
  if (total > length) call.fail("out-of-range", "the minima add up to more than the length", 0);
  const sets = KINDS.map((kind) => Array.from(kind).filter((character) => !avoided.includes(character)));
  const wanted = sets.map((set, kind) => ({ set, minimum: minima[kind] ?? 0 }));
  const rest = wanted.filter(({ minimum }) => total === 0 || minimum > 0).flatMap(({ set }) => set);
  const pools = wanted.flatMap(({ set, minimum }) => Array.from({ length: minimum }, () => set));
  const all = [...pools, ...Array.from({ length: length - total }, () => rest)];
  const characters = all.map(
    (pool) =>
      pool[draw(call, pool.length)] ?? call.fail("out-of-range", "every character of a kind is to be avoided", 5),
  );
  return shuffle(call, characters).join("");
}

function shuffle(call: Call, characters: readonly string[]): readonly string[] {
  const rest = [...characters];
  return characters.map(() => rest.splice(draw(call, rest.length), 1)[0] ?? "");
}

function draw(call: Call, count: number): number {
  return Math.min(count - 1, Math.floor(call.context.random() * count));
}
