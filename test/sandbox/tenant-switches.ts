/** Parts of Graph that `lostData` can empty. */
export type DataPart = "users" | "groups" | "members" | "assignments" | "getByIds" | "managers";

/** Why every delta link handed out so far is refused. */
export type Expiry = "gone" | "syncStateNotFound" | "resyncRequired";

/** Graph application permissions that can be taken away. */
export type Permission = "User.Read.All" | "GroupMember.Read.All" | "Application.Read.All";

/** How the tenant behaves; every field may be changed while it runs. */
export type Switches = {
  /** Objects per page of delta. Graph's own is 200. */
  pageSize: number;
  /** Members of one group per page of delta. */
  memberSlice: number;
  /** Empty pages with a next link in front of every round. */
  emptyPages: number;
  /** Every page comes twice. */
  repeatPages: boolean;
  /** Every page of delta has a next link that leads to itself. */
  repeatNextLink: boolean;
  /** The next rounds bring what the round before them brought, too. */
  replay: boolean;
  /** Initial rounds list deleted objects and former members as removed. */
  ghosts: boolean;
  /** Status 200 and nothing in it: true for every part, or the parts. */
  lostData: boolean | readonly DataPart[];
  /** manager@delta is left out although it is selected. */
  omitManager: boolean;
  /** Purged users come as removed members of their groups; documented, and reported to be missing. */
  reportPurgedMembers: boolean;
  /** Permissions without admin consent: 403. */
  forbidden: readonly Permission[];
  /** Milliseconds before each answer. */
  delay: number;
  /** Seconds that an access token is good for. */
  tokenLifetime: number;
  /** The client secret is right and has expired: AADSTS7000222. */
  secretExpired: boolean;
};

/** What happens to the next requests instead of an answer, or to the answer. */
export type Failure = {
  /** How many requests; 1 when left out. */
  readonly count?: number;
  /** Only requests whose path holds this text, such as "/users/delta" or "/oauth2/". Control calls never fail. */
  readonly path?: string;
  /** Left out: 200 when there is a body, else what the request deserves. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when a string, else as JSON. Left out: what Graph says with this status. */
  readonly body?: unknown;
  /**
   * `reset` closes the connection without an answer, `hang` leaves it open and never answers, `truncate` sends half of
   * the answer's JSON as if it were all.
   */
  readonly damage?: "reset" | "hang" | "truncate";
};

/** The behaviour of a healthy tenant. */
export function healthySwitches(): Switches {
  return {
    pageSize: 200,
    memberSlice: 1000,
    emptyPages: 0,
    repeatPages: false,
    repeatNextLink: false,
    replay: false,
    ghosts: false,
    lostData: false,
    omitManager: false,
    reportPurgedMembers: true,
    forbidden: [],
    delay: 0,
    tokenLifetime: 3599,
    secretExpired: false,
  };
}

/** True when a part of Graph shall look empty. */
export function isLost(switches: Switches, part: DataPart): boolean {
  return typeof switches.lostData === "boolean" ? switches.lostData : switches.lostData.includes(part);
}

export type FailureQueue = {
  readonly add: (failure: Failure) => void;
  readonly clear: () => void;
  /** What shall happen to a request to this path; counts it. */
  readonly take: (path: string) => Failure | undefined;
};

/** Holds the failures that are still to come; those that were added first happen first. */
export function createFailureQueue(): FailureQueue {
  let waiting: { readonly failure: Failure; readonly left: number }[] = [];
  return {
    add: (failure) => waiting.push({ failure, left: failure.count ?? 1 }),
    clear: () => {
      waiting = [];
    },
    take: (path) => {
      const index = waiting.findIndex(({ failure }) => path.includes(failure.path ?? ""));
      const found = waiting[index];
      if (found === undefined) return undefined;
      waiting = waiting.toSpliced(index, 1, ...(found.left > 1 ? [{ ...found, left: found.left - 1 }] : []));
      return found.failure;
    },
  };
}
