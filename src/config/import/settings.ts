import { at, items, textOf, toCount, toFlag, type Json, type Remark } from "./json.ts";

/** What the settings beside the schema say; undefined where they say nothing. */
export type Settings = {
  readonly isEverybody?: boolean;
  readonly skipsOutOfScope?: boolean;
  readonly maxDeletes?: number;
  /** Where the threshold stands. */
  readonly remarks: readonly Remark[];
};

const NOTES: Readonly<Record<string, string>> = {
  baseaddress: "the address of SoSafe is not copied: set SOSAFE_SCIM_URL in the environment",
  secrettoken: "the token is not copied: set SOSAFE_SCIM_TOKEN in the environment, and keep this file safe",
  syncnotificationsettings: "is not taken: see notify.email",
  synchronizationschedule: "is not taken: see schedule.interval",
};

const MOST_DELETES = 1_000_000;

/**
 * Reads the settings of the job and of the application: lists of `{ name, value }` and `{ key, value }` (resource types
 * synchronizationJob and synchronizationSecretKeyStringValuePair of Microsoft Graph). Values are never repeated in
 * remarks: among them are secrets.
 */
export function readSettings(document: Json): Settings {
  const secrets = at(document, "secrets");
  const entries = [
    at(document, "synchronizationJobSettings"),
    at(at(document, "job"), "synchronizationJobSettings"),
    secrets,
    at(secrets, "value"),
    at(document, "value"),
  ].flatMap(items);
  return entries
    .map(readSetting)
    .reduce<Settings>((all, one) => ({ ...all, ...one, remarks: [...all.remarks, ...one.remarks] }), { remarks: [] });
}

function readSetting(entry: Json): Settings {
  const name = textOf(at(entry, "key")) ?? textOf(at(entry, "name"));
  if (name === undefined) return { remarks: [] };
  const value = at(entry, "value");
  const remark = (message: string): Settings => ({ remarks: [{ path: value.path, message: `${name}: ${message}` }] });
  switch (name.toLowerCase()) {
    case "syncall": {
      const isEverybody = toFlag(value.value);
      return isEverybody === undefined ? remark("is neither true nor false") : { isEverybody, remarks: [] };
    }
    case "skipoutofscopedeletions": {
      const skipsOutOfScope = toFlag(value.value);
      return skipsOutOfScope === undefined ? remark("is neither true nor false") : { skipsOutOfScope, remarks: [] };
    }
    case "quarantinetoomanydeletesthreshold": {
      const count = toCount(value.value);
      return count === undefined || count > MOST_DELETES
        ? remark(`is no whole number up to ${MOST_DELETES}; safety keeps its defaults`)
        : {
            maxDeletes: count,
            ...remark("limits disabled and deleted accounts alike; see safety for the other limits"),
          };
    }
    default:
      return remark(NOTES[name.toLowerCase()] ?? "has no counterpart in the bridge");
  }
}
