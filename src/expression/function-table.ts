import { CONDITION_FUNCTIONS } from "./condition-functions.ts";
import { DATE_FUNCTIONS } from "./date-functions.ts";
import { ENCODING_FUNCTIONS } from "./encoding-functions.ts";
import type { FunctionSpec } from "./evaluation.ts";
import { LIST_FUNCTIONS } from "./list-functions.ts";
import { REPLACE_FUNCTION } from "./replace-function.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";

/** Every function of the language; the documentation's table is made from it. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(
  [
    ...CONDITION_FUNCTIONS,
    ...TEXT_FUNCTIONS,
    REPLACE_FUNCTION,
    ...LIST_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
  ].map((spec) => [spec.name, spec]),
);
