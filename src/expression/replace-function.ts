import { failTooLong, mapText } from "./arguments.ts";
import { isEmpty, type Datum } from "./datum.ts";
import { MAX_RESULT, type Call, type FunctionSpec } from "./evaluation.ts";
import { compilePattern, fillReplacement, type Pattern, type PatternMatch } from "./pattern.ts";
import type { Tree } from "./tree.ts";

const [OLD_VALUE, PATTERN, GROUP, REPLACEMENT, REPLACEMENT_ATTRIBUTE, TEMPLATE] = [1, 2, 3, 4, 5, 6];

/** Replace() does five things; which one follows from the arguments that are given. */
export const REPLACE_FUNCTION: FunctionSpec = {
  name: "Replace",
  returns: "each",
  parameters: [
    { name: "source", type: "text" },
    { name: "oldValue", type: "text", isOptional: true },
    { name: "regexPattern", type: "pattern", isOptional: true },
    { name: "regexGroupName", type: "text", isOptional: true },
    { name: "replacementValue", type: "text", isOptional: true },
    { name: "replacementAttributeName", type: "text", isOptional: true },
    { name: "template", type: "text", isOptional: true },
  ],
  origin: "entra",
  summary:
    "Replaces a text, the matches of a pattern or one group of them; or puts the source into a template; or falls back to a part of another attribute.",
  example: {
    expression: 'Replace([mail], "@contoso.com", , , "", , )',
    attributes: { mail: "ada@contoso.com" },
    result: "ada",
  },
  check: checkReplace,
  run: runReplace,
};

function checkReplace(args: readonly Tree[]): string | undefined {
  const has = (index: number): boolean => (args[index]?.kind ?? "omitted") !== "omitted";
  if (has(OLD_VALUE) && has(PATTERN)) return "give oldValue or regexPattern, not both";
  if (has(OLD_VALUE)) {
    return has(REPLACEMENT) || has(TEMPLATE) ? undefined : "oldValue needs a replacementValue or a template";
  }
  if (!has(PATTERN)) return "oldValue or regexPattern is needed";
  if (has(GROUP)) {
    if (!has(REPLACEMENT) && !has(REPLACEMENT_ATTRIBUTE)) {
      return "regexGroupName needs a replacementValue or a replacementAttributeName";
    }
    return checkGroup(args[PATTERN], args[GROUP]);
  }
  return has(REPLACEMENT) ? undefined : "regexPattern needs a replacementValue";
}

function checkGroup(pattern: Tree | undefined, group: Tree | undefined): string | undefined {
  if (pattern?.kind !== "text" || group?.kind !== "text") return undefined;
  const result = compilePattern(pattern.value);
  return !result.ok || result.pattern.groups.has(group.value) ? undefined : `the pattern has no group ${group.value}`;
}

function runReplace(call: Call): Datum {
  if (call.has(OLD_VALUE)) {
    const oldValue = call.text(OLD_VALUE) ?? "";
    if (call.has(REPLACEMENT)) {
      const replacement = call.text(REPLACEMENT) ?? "";
      return mapText(call, 0, (text) => replaceAll(call, text, [oldValue, replacement]));
    }
    const template = call.text(TEMPLATE) ?? "";
    return mapText(call, 0, (text) => replaceAll(call, template, [oldValue, text]));
  }
  const pattern = call.pattern(PATTERN);
  if (!call.has(GROUP)) {
    const replacement = call.text(REPLACEMENT) ?? "";
    return mapText(call, 0, (text) =>
      replaceMatches(call, { text, matches: call.matchAll(pattern, text) }, (match) => ({
        start: match.index,
        end: match.end,
        text: fillReplacement(replacement, match, pattern),
      })),
    );
  }
  const group = groupNumber(call, pattern);
  if (!call.has(REPLACEMENT)) return fallBack(call, pattern, group);
  const replacement = call.text(REPLACEMENT) ?? "";
  return mapText(call, 0, (text) =>
    replaceMatches(call, { text, matches: call.matchAll(pattern, text) }, (match) => {
      const span = match.spans[group];
      return span === undefined
        ? undefined
        : { start: span.start, end: span.end, text: fillReplacement(replacement, match, pattern) };
    }),
  );
}

function groupNumber(call: Call, pattern: Pattern): number {
  return (
    pattern.groups.get(call.text(GROUP) ?? "") ?? call.fail("no-such-group", "the pattern has no such group", GROUP)
  );
}

/** The source if it has a value, else the group in the other attribute. */
function fallBack(call: Call, pattern: Pattern, group: number): Datum {
  const source = call.value(0);
  if (!isEmpty(source)) return source;
  const other = call.text(REPLACEMENT_ATTRIBUTE);
  return (other === undefined ? undefined : call.matchAll(pattern, other)[0]?.spans[group]?.text) ?? source;
}

function replaceAll(call: Call, text: string, [oldValue, newValue]: readonly [string, string]): string {
  if (oldValue === "") return text;
  const pieces = text.split(oldValue);
  if ((pieces.length - 1) * newValue.length > MAX_RESULT) return failTooLong(call);
  return pieces.join(newValue);
}

type Edit = { readonly start: number; readonly end: number; readonly text: string };
type Matched = { readonly text: string; readonly matches: readonly PatternMatch[] };

function replaceMatches(
  call: Call,
  { text, matches }: Matched,
  toEdit: (match: PatternMatch) => Edit | undefined,
): string {
  const pieces: string[] = [];
  let done = 0;
  let total = 0;
  for (const match of matches) {
    const edit = toEdit(match);
    if (edit === undefined) continue;
    total += edit.text.length;
    if (total > MAX_RESULT) return failTooLong(call);
    pieces.push(text.slice(done, edit.start), edit.text);
    done = edit.end;
  }
  return [...pieces, text.slice(done)].join("");
}
