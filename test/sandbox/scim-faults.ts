/** What happens to one request that would otherwise succeed. */
export type Fault =
  /** Another answer; with `commit` the real server has done the work first. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly commit?: boolean;
    }
  /** The connection breaks; with `commit` the real server has done the work first. */
  | { readonly kind: "reset"; readonly commit?: boolean }
  /** No answer at all. */
  | { readonly kind: "hang"; readonly commit?: boolean }
  /** The real answer, cut in the middle of its JSON. */
  | { readonly kind: "truncate" }
  /** The real answer without `id`. */
  | { readonly kind: "no-id" };

export type PagingFault =
  /** 501 on every list. */
  | "unsupported"
  /** `count` and `startIndex` are ignored: always the whole list. */
  | "ignored"
  /** `startIndex` is ignored: always the first page. */
  | "loop"
  /** `totalResults` says more than the list holds. */
  | "total-mismatch"
  /** RFC 9865: pages are linked by `nextCursor` only. */
  | "cursor";

type Rule = {
  readonly fault: Fault;
  readonly method: string | undefined;
  readonly path: string | undefined;
  left: number;
};

/** Switches of the layer in front of the real SCIM server. Everything is off at first. */
export type Faults = {
  /** Lets the next `times` (default 1) matching requests fail; `path` is a part of the path below the base URL. */
  readonly next: (
    fault: Fault,
    match?: { readonly times?: number; readonly method?: string; readonly path?: string },
  ) => void;
  readonly clear: () => void;
  /** Used by the layer: the fault of this request, if there is one. */
  readonly take: (method: string, path: string) => Fault | undefined;
  /** How long every answer is held back, in milliseconds. */
  delayMs: number;
  paging: PagingFault | undefined;
  /** Groups are answered without `members`. */
  hideMembers: boolean;
  /** /Groups does not exist: 404. */
  groupsMissing: boolean;
  /** A search by an attribute of this name is answered with an empty list, as some services do that cannot search by it. */
  blindTo: string | undefined;
};

/** Creates the switches, all off. */
export function createFaults(): Faults {
  const rules: Rule[] = [];
  return {
    delayMs: 0,
    paging: undefined,
    hideMembers: false,
    groupsMissing: false,
    blindTo: undefined,
    next: (fault, match = {}) => {
      rules.push({ fault, method: match.method, path: match.path, left: match.times ?? 1 });
    },
    take: (method, path) => {
      const rule = rules.find((candidate) => candidate.left > 0 && isMatch(candidate, method, path));
      if (rule === undefined) return undefined;
      rule.left -= 1;
      return rule.fault;
    },
    clear() {
      rules.length = 0;
      this.delayMs = 0;
      this.paging = undefined;
      this.hideMembers = false;
      this.groupsMissing = false;
      this.blindTo = undefined;
    },
  };
}

function isMatch(rule: Rule, method: string, path: string): boolean {
  return (rule.method ?? method) === method && path.includes(rule.path ?? "");
}
