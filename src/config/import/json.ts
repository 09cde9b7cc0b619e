/** A value of a foreign JSON document, together with where it stands there (`$.synchronizationRules[0].name`). */
export type Json = { readonly value: unknown; readonly path: string };

/** Something that had to be decided or left out, or that is wrong; `path` leads to it in the imported document. */
export type Remark = { readonly path: string; readonly message: string };

/** Opens a document. */
export function openJson(value: unknown): Json {
  return { value, path: "$" };
}

/** The member of an object; its value is undefined where there is none. Inherited members do not count. */
export function at(json: Json, key: string): Json {
  const value = isObject(json.value) && Object.hasOwn(json.value, key) ? json.value[key] : undefined;
  return { value, path: `${json.path}.${key}` };
}

/** The items of a list; none where there is no list. */
export function items(json: Json): readonly Json[] {
  if (!Array.isArray(json.value)) return [];
  return json.value.map((value: unknown, index) => ({ value, path: `${json.path}[${index}]` }));
}

/** A text without the blanks around it; undefined for the empty text and everything that is no text. */
export function textOf({ value }: Json): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

/** Text, number or Boolean as text, with its blanks; undefined for everything else. */
export function scalarOf({ value }: Json): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

/** True where the document says nothing: null, or no such member. */
export function isAbsent({ value }: Json): boolean {
  return value === undefined || value === null;
}

/** True for a JSON object, as opposed to a list, a scalar or null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for `true`, and for the texts `true` and `True` that Graph writes in lists of settings; undefined if neither. */
export function toFlag(value: unknown): boolean | undefined {
  const text = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (text === true || text === "true" || text === "1") return true;
  return text === false || text === "false" || text === "0" ? false : undefined;
}

/** A whole number that is not negative, also when it is written as text. */
export function toCount(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
