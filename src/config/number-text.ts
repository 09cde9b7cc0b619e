import { isScalar, visit, type Document } from "yaml";
import type { Issue, Path } from "./issue.ts";

/** Where a number stands for the text of an attribute. */
const PLACES =
  /^(?:users|groups)\.(?:scope\.\d+\.clauses\.\d+\.(?:value|values\.\d+)|attributes\.\d+\.(?:constant|default))$/;

/**
 * Numbers that were not written as they are read: a postal code `01067` is the number 1067 in YAML, and one of twenty
 * digits is rounded. Compared as texts, such a value would fit nobody.
 */
export function findChangedNumbers(document: Document): readonly Issue[] {
  const issues: Issue[] = [];
  visit(document, {
    Scalar: (_key, node, ancestors) => {
      if (typeof node.value !== "number" || node.source === undefined || node.source === String(node.value)) return;
      const path = toPath([...ancestors, node]);
      if (!PLACES.test(path.join("."))) return;
      const message = `${node.source} is read as the number ${node.value}; put it in quotes`;
      issues.push({ path, message });
    },
  });
  return issues;
}

/** Keys and indexes that lead to the last of these nodes. */
function toPath(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): readonly (string | number)[] => {
    const parent = nodes[index - 1];
    if (typeof parent === "object" && parent !== null && "items" in parent && Array.isArray(parent.items)) {
      const place = parent.items.indexOf(node);
      const isPair = typeof node === "object" && node !== null && "key" in node;
      if (isPair && isScalar(node.key)) return [String(node.key.value)];
      return place < 0 ? [] : [place];
    }
    return [];
  });
}
