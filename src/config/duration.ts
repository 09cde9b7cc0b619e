const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PERIODS = { s: 1, m: 60, h: 3600 } as const;

/** `500ms`, `2s`, `1m`, `6h`, `30d`; also with a fraction: `1.5h`. */
export const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/;

/** `25/s`, `600/m`, `1000/h`. */
export const RATE = /^(\d+(?:\.\d+)?) ?\/ ?(s|m|h)$/;

/** Turns `1m` into milliseconds; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return amount === undefined || !isUnit(unit) ? undefined : Math.round(Number(amount) * UNITS[unit]);
}

/** Writes milliseconds with the largest unit that leaves no fraction. */
export function formatDuration(ms: number): string {
  if (ms >= UNITS.d && ms % UNITS.d === 0) return `${ms / UNITS.d}d`;
  if (ms >= UNITS.h && ms % UNITS.h === 0) return `${ms / UNITS.h}h`;
  if (ms >= UNITS.m && ms % UNITS.m === 0) return `${ms / UNITS.m}m`;
  return ms % UNITS.s === 0 ? `${ms / UNITS.s}s` : `${ms}ms`;
}

/** Turns `600/m` into requests per second; undefined for any other text. */
export function parseRate(text: string): number | undefined {
  const [, amount, period] = RATE.exec(text) ?? [];
  return amount === undefined || !isPeriod(period) ? undefined : Number(amount) / PERIODS[period];
}

/** Writes requests per second with the shortest period that gives a whole number. */
export function formatRate(perSecond: number): string {
  if (isWhole(perSecond)) return `${Math.round(perSecond)}/s`;
  if (isWhole(perSecond * PERIODS.m)) return `${Math.round(perSecond * PERIODS.m)}/m`;
  return isWhole(perSecond * PERIODS.h) ? `${Math.round(perSecond * PERIODS.h)}/h` : `${perSecond}/s`;
}

function isWhole(amount: number): boolean {
  return amount >= 1 && Math.abs(amount - Math.round(amount)) < 1e-9;
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}

function isPeriod(text: string | undefined): text is keyof typeof PERIODS {
  return text !== undefined && text in PERIODS;
}
