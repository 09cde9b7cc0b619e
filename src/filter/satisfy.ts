import type { Value } from "../model/value.ts";
import type { CompiledClause } from "./clause.ts";
import { isObjectId, type Domain } from "./domain.ts";
import { toInstant, toPoint, type Point } from "./point.ts";

/*
 * What no value satisfies. Everything here errs on the side of "may be": a filter that is called impossible must be
 * false for every object there can be.
 */

const EQUALITY = new Set(["EQUALS", "IN", "IS TRUE", "IS FALSE"]);
const DATE_AWARE = new Set([
  "EQUALS",
  "NOT EQUALS",
  "IN",
  "NOT IN",
  "IS NOT NULL",
  "Greater_Than",
  "Greater_Than_OR_EQUALS",
  "Less_Than",
  "Less_Than_OR_EQUALS",
]);
const CASELESS = new Set(["IS TRUE", "IS FALSE", "IS NOT NULL"]);
const TEXTUAL = new Set(["EQUALS", "NOT EQUALS", "IN", "NOT IN", "&", "!&", "Includes", "STARTS_WITH", "ENDS_WITH"]);

/** True when no object has a value for one attribute that satisfies all of these clauses on it. */
export function isUnsatisfiable(clauses: readonly CompiledClause[], domain: Domain): boolean {
  const needing = clauses.filter(({ spec }) => spec.name !== "IS NULL");
  // Every other operator is false without a value.
  if (needing.length < clauses.length) return needing.length > 0 || domain.isAlwaysSet;
  return toDuties(clauses, domain).some((duty) => isRefuted(duty, domain));
}

/** The sets of clauses each of which one single value has to satisfy. */
function toDuties(clauses: readonly CompiledClause[], domain: Domain): readonly (readonly CompiledClause[])[] {
  if (domain.isSingle) return [clauses];
  // Of several values each satisfies what all have to, and some one satisfies, besides, each of the other clauses.
  const forAll = clauses.filter(({ quantifier }) => quantifier === "all");
  const forAny = clauses.filter(({ quantifier }) => quantifier === "any");
  return forAny.length === 0 ? [forAll] : forAny.map((clause) => [clause, ...forAll]);
}

function isRefuted(duty: readonly CompiledClause[], domain: Domain): boolean {
  if (domain.values === "boolean" && domain.isSingle) {
    return [true, false].every((value) => duty.some(({ test }) => !test(value)));
  }
  return (
    duty.some((clause) => isOffScale(clause, domain)) ||
    duty.some((clause) => EQUALITY.has(clause.spec.name) && allows(clause, duty, domain).length === 0) ||
    isEmptyRange(duty)
  );
}

/** The values of an equality that the other clauses and the nature of the attribute leave over. */
function allows(clause: CompiledClause, duty: readonly CompiledClause[], domain: Domain): readonly string[] {
  const others = duty.filter((other) => other !== clause);
  return candidatesOf(clause).filter(
    (value) =>
      fits(value, domain) && !others.some((other) => isConstant(other, value, clause) && !holdsForSome(other, value)),
  );
}

/** True when every value that satisfies an equality also satisfies the other clause. */
export function implies(clause: CompiledClause, other: CompiledClause, domain: Domain): boolean {
  if (!EQUALITY.has(clause.spec.name) || other.spec.name === "IS NULL") return false;
  if (!domain.isSingle && clause.quantifier === "any" && other.quantifier === "all") return false;
  return candidatesOf(clause).every(
    (value) => isConstant(other, value, clause) && formsOf(value).every((form) => other.test(form)),
  );
}

function candidatesOf({ spec, values }: CompiledClause): readonly string[] {
  if (spec.name === "IS TRUE") return ["true"];
  return spec.name === "IS FALSE" ? ["false"] : values;
}

function fits(value: string, domain: Domain): boolean {
  if (domain.values === "date") return toInstant(value) !== undefined;
  return domain.values !== "id" || isObjectId(value);
}

/**
 * An equality stands for a class of values: other writings of the date, or of the text if its case does not count. Tells
 * whether a clause has the same answer for the whole class, so that one of it can stand for all.
 */
function isConstant({ spec, isCaseSensitive }: CompiledClause, value: string, equality: CompiledClause): boolean {
  const isByText = equality.spec.values === "some";
  if (isByText && toInstant(value) !== undefined) return DATE_AWARE.has(spec.name);
  if (isByText && (equality.isCaseSensitive || isCaseless(value))) return true;
  return CASELESS.has(spec.name) || (TEXTUAL.has(spec.name) && !isCaseSensitive);
}

/** True for text of which there is no other writing in upper or lower case. */
function isCaseless(text: string): boolean {
  return /^[\0-@[-`{-\x7F]*$/.test(text);
}

function holdsForSome({ test }: CompiledClause, value: string): boolean {
  return formsOf(value).some(test);
}

/** A text, and the Boolean that equals it. */
function formsOf(text: string): readonly Value[] {
  const folded = text.toLowerCase();
  return folded === "true" || folded === "false" ? [text, folded === "true"] : [text];
}

const BOUNDS: Readonly<Record<string, { readonly isLower: boolean; readonly shift: bigint }>> = {
  Greater_Than: { isLower: true, shift: 1n },
  Greater_Than_OR_EQUALS: { isLower: true, shift: 0n },
  Less_Than: { isLower: false, shift: -1n },
  Less_Than_OR_EQUALS: { isLower: false, shift: 0n },
};

/** Dates are never above or below a number, and ids are on no scale at all. */
function isOffScale({ spec, values }: CompiledClause, domain: Domain): boolean {
  if (BOUNDS[spec.name] === undefined || domain.values === "any" || domain.values === "boolean") return false;
  return domain.values === "id" || values.every((value) => toPoint(value)?.scale !== "date");
}

type Bound = { readonly isLower: boolean; readonly scale: Point["scale"]; readonly at: bigint };

/** Whole numbers, and milliseconds: strictly above 5 is 6 or more. */
function isEmptyRange(duty: readonly CompiledClause[]): boolean {
  const bounds = duty.flatMap(toBound);
  const lower = bounds.filter(({ isLower }) => isLower);
  const upper = bounds.filter(({ isLower }) => !isLower);
  if (new Set(bounds.map(({ scale }) => scale)).size > 1) return true;
  return lower.some((low) => upper.some((high) => low.at > high.at));
}

/** The bound that a clause sets; none where its values are on both scales. Of several values the mildest counts. */
function toBound({ spec, values }: CompiledClause): readonly Bound[] {
  const bound = BOUNDS[spec.name];
  const points = values.map(toPoint).filter((point) => point !== undefined);
  const [first] = points;
  if (bound === undefined || first === undefined || points.some(({ scale }) => scale !== first.scale)) return [];
  const { isLower, shift } = bound;
  const at = points.map((point) => point.at).reduce((one, other) => (one < other === isLower ? one : other));
  return [{ isLower, scale: first.scale, at: at + shift }];
}
