import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, markProcess, processMark, type ProcessMark } from "./process-mark.ts";

/** The right to start and stop the Redis of a data directory. */
export type RedisLock = {
  /** The Redis that we started, or that an earlier holder left running. */
  readonly redis: () => ProcessMark | undefined;
  /** Writes down which process to look for if we die without cleaning up; undefined when it has ended. */
  readonly noteRedis: (redis: ProcessMark | undefined) => void;
  /** Shows to those who cannot see our process that it lives; to be called every second. */
  readonly touch: () => void;
  /** Gives the lock back. A Redis that is still noted stays on record for the next holder. */
  readonly release: () => void;
};

const content = z.object({ owner: processMark.nullable(), redis: processMark.nullable() });
type Content = z.infer<typeof content>;
type Claim = Content & { readonly file: string };

const CLAIM = /^redis-.*\.lock$/u;

/** A holder in another pid namespace counts as dead when it has not touched its claim for so long. */
const SILENT_AFTER_MS = 5000;

/**
 * Takes the lock, or returns the process id of its holder. Each contender first writes a claim with a name that is used
 * only once, then reads all claims, and withdraws its own when another living one is there: of two who come at once at
 * least one sees the other, and clearing away the claims of the dead can never hit a living one, as deleting and
 * creating one well-known file could. Two may both withdraw: try again after a random pause.
 */
export function takeLock(directory: string): RedisLock | number {
  const file = join(directory, `redis-${process.pid}-${randomUUID()}.lock`);
  const owner = markProcess(process.pid);
  let redis: ProcessMark | undefined;
  const write = (): void => writeClaim(file, { owner, redis: redis ?? null });
  write();

  const others = readClaims(directory).filter((claim) => claim.file !== file);
  const holder = others.find(isHeld);
  if (holder?.owner) {
    rmSync(file, { force: true });
    return holder.owner.pid;
  }
  redis = others.map((claim) => claim.redis).find((mark) => mark !== null && isAlive(mark) === true) ?? undefined;
  write();
  for (const claim of others) rmSync(claim.file, { force: true });

  return {
    redis: () => redis,
    noteRedis: (mark) => {
      redis = mark;
      write();
    },
    touch: () => {
      try {
        utimesSync(file, new Date(), new Date());
      } catch {
        // Somebody deleted it; without it the next starter would believe that nobody is here.
        write();
      }
    },
    release: () => {
      if (redis) writeClaim(file, { owner: null, redis });
      else rmSync(file, { force: true });
    },
  };
}

/** Written aside and renamed, so that nobody reads half of it. */
function writeClaim(file: string, claim: Content): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(claim), { mode: 0o600 });
  renameSync(draft, file);
}

function readClaims(directory: string): readonly Claim[] {
  return readdirSync(directory)
    .filter((name) => CLAIM.test(name))
    .flatMap((name) => {
      const file = join(directory, name);
      const claim = readClaim(file);
      return claim ? [{ ...claim, file }] : [];
    });
}

/** undefined when its holder withdrew it meanwhile; what is no claim counts as one of nobody. */
function readClaim(file: string): Content | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  try {
    return content.parse(JSON.parse(text));
  } catch {
    return { owner: null, redis: null };
  }
}

function isHeld(claim: Claim): boolean {
  if (claim.owner === null) return false;
  return isAlive(claim.owner) ?? ageOf(claim.file) < SILENT_AFTER_MS;
}

function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
