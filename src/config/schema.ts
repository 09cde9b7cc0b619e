import { z } from "zod";
import { OPERATORS } from "../filter/operators.ts";
import { checkCron } from "./cron.ts";
import { DURATION, parseDuration, parseRate, RATE } from "./duration.ts";

/*
 * The one description of the configuration file: types, defaults, checks of form, descriptions. What goes beyond form
 * (names of attributes, expressions, filters, mappings that contradict one another) is in check.ts.
 */

type Limits = { readonly min: string; readonly max: string };

const duration = ({ min, max }: Limits) =>
  z
    .string({ error: "must be a duration such as 30s, 1m, 6h or 30d" })
    .regex(DURATION, { error: "must be a duration such as 30s, 1m, 6h or 30d" })
    .refine((text) => isBetween(parseDuration(text), parseDuration(min), parseDuration(max)), {
      error: `must be from ${min} to ${max}`,
    })
    .transform((text) => parseDuration(text) ?? 0);

const rate = z
  .string({ error: "must be a rate such as 25/s or 600/m" })
  .regex(RATE, { error: "must be a rate such as 25/s or 600/m" })
  .refine((text) => isBetween(parseRate(text), 1 / 60, 1000), { error: "must be from 1/m to 1000/s" })
  .transform((text) => parseRate(text) ?? 0);

/** Also true for text that is no number at all: that is reported already. */
function isBetween(value: number | undefined, min = 0, max = Infinity): boolean {
  return value === undefined || (value >= min && value <= max);
}

const cron = z.string().superRefine((text, context) => {
  const problem = text === "off" ? undefined : checkCron(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const name = z.string().trim().min(1, { error: "must not be empty" });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text, a number, true or false" });

const mapping = z.strictObject({
  target: name.describe('SCIM attribute to fill, for instance `name.givenName` or `emails[type eq "work"].value`.'),
  source: name.optional().describe("Source attribute whose value is taken, by its Entra or Microsoft Graph name."),
  constant: scalar.optional().describe("The same value for everybody."),
  expression: name
    .max(10_000, { error: "must have at most 10000 characters" })
    .optional()
    .describe("Expression in the language of Entra's attribute mappings, for instance `ToLower([mail])`."),
  default: scalar
    .nullable()
    .optional()
    .describe("Value for a new account when the mapping gives none. Existing accounts keep what they have (as Entra)."),
  apply: z
    .enum(["always", "create"])
    .default("always")
    .describe("`create` fills the attribute once, when the account is created, and leaves it alone afterwards."),
});

const clause = z.strictObject({
  attribute: name.describe("Source attribute to look at."),
  operator: name.meta({
    description: "Operator by its name in Entra; case, blanks and underscores do not count.",
    examples: OPERATORS.map((operator) => operator.name.toUpperCase().replaceAll(" ", "_")),
  }),
  value: scalar.optional().describe("What to compare with."),
  values: z
    .array(scalar)
    .min(1, { error: "must not be empty" })
    .optional()
    .describe("Several values, of which one has to fit."),
  caseSensitive: z.boolean().optional().describe("Whether upper and lower case differ. They do unless this is false."),
  match: z.enum(["any", "all"]).optional().describe("For a list: whether any or all of its values have to fit."),
});

const filter = z.strictObject({
  name: name.describe("What this filter is called, for people who read the file."),
  clauses: z
    .array(clause)
    .min(1, { error: "needs at least one clause" })
    .describe("Conditions; all of them have to be true."),
});

const deprovision = (fallback: "disable" | "delete", when: string) =>
  z
    .enum(["disable", "delete", "ignore"])
    .default(fallback)
    .describe(`What happens to the account ${when}: disable (active = false), delete (final) or ignore.`);

const source = z.strictObject({
  scope: z
    .enum(["assigned", "all"])
    .default("assigned")
    .describe("Whom to provision: those assigned to the enterprise application, or everybody in the tenant."),
  application: name
    .optional()
    .describe(
      "Application (client) id or display name of the enterprise application. Needed for the scope `assigned`.",
    ),
  nestedGroups: z
    .enum(["ignore", "flatten"])
    .default("ignore")
    .describe("Whether members of groups inside assigned groups count. Entra ignores them."),
});

const schedule = z.strictObject({
  interval: duration({ min: "1s", max: "7d" }).prefault("1m").describe("Time from the start of one cycle to the next."),
  reconcile: cron
    .default("0 3 * * *")
    .describe(
      "When to compare everything with the target: five cron fields in the time zone of the machine, or `off`.",
    ),
});

const users = z.strictObject({
  match: z
    .array(name)
    .min(1, { error: "needs at least one attribute" })
    .default(["userName"])
    .describe(
      "Target attributes by which an existing account is found, in this order. SoSafe can search by `userName` only.",
    ),
  actions: z
    .array(z.enum(["create", "update", "delete"]))
    .default(["create", "update", "delete"])
    .describe(
      "What may be done in the target. Disabling is an update. Without `create`, accounts that are there already are found by the initial cycle and by every full re-sync, and kept up to date.",
    ),
  scope: z
    .array(filter)
    .default([])
    .describe("Scoping filters: whoever passes one of them is provisioned. No filter lets everybody pass."),
  attributes: z
    .array(mapping)
    .min(1, { error: "needs at least one mapping" })
    .describe("Attribute mappings: what each attribute of an account is filled with."),
  deprovision: z
    .strictObject({
      unassigned: deprovision("disable", "of a person who is no longer assigned"),
      outOfScope: deprovision("disable", "of a person who no longer passes a scoping filter"),
      softDeleted: deprovision("disable", "of a person in Entra's recycle bin"),
      hardDeleted: deprovision("delete", "of a person who was deleted for good"),
    })
    .prefault({})
    .describe(
      "What happens to accounts of people who leave. A blocked sign-in always disables, through the mapping of `active`.",
    ),
  clearEmpty: z
    .boolean()
    .default(true)
    .describe(
      "Whether a value that was emptied in Entra is cleared in the target. Entra's own provisioning cannot do that.",
    ),
});

const groups = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether groups and their members are provisioned."),
  scope: z
    .array(filter)
    .default([])
    .describe(
      "Scoping filters: a group that passes one of them is provisioned. They decide about the group only, not about who is assigned through it.",
    ),
  match: z
    .array(name)
    .min(1, { error: "needs at least one attribute" })
    .default(["displayName"])
    .describe("Target attributes by which an existing group is found. SoSafe can search by `displayName` only."),
  attributes: z
    .array(mapping)
    .min(1, { error: "needs at least one mapping" })
    .default([
      { target: "displayName", source: "displayName", apply: "always" },
      { target: "externalId", source: "objectId", apply: "always" },
      { target: "members", source: "members", apply: "always" },
    ])
    .describe("Attribute mappings of groups. Without `members` only the groups themselves are provisioned."),
  deprovision: z
    .strictObject({
      outOfScope: z
        .enum(["delete", "ignore"])
        .default("delete")
        .describe("What happens to a group that is no longer assigned, or no longer passes a scoping filter."),
      deleted: z
        .enum(["delete", "ignore"])
        .default("delete")
        .describe("What happens to a group that was deleted in Entra."),
    })
    .prefault({})
    .describe("What happens to groups that leave. The accounts of their members are not touched by this."),
});

const count = (min: number, max: number) =>
  z
    .number()
    .int({ error: "must be a whole number" })
    .min(min, { error: `must be at least ${min}` })
    .max(max, { error: `must be at most ${max}` });

const target = z.strictObject({
  rateLimit: rate.prefault("25/s").describe("Most requests to SoSafe, over all processes together."),
  concurrency: count(1, 100).default(16).describe("Most changes under way at the same time in one process."),
  timeout: duration({ min: "1s", max: "10m" }).prefault("30s").describe("Longest duration of one request."),
  membersPerRequest: count(1, 1000)
    .default(50)
    .describe("Most members that one request adds to or removes from a group."),
  pageSize: count(1, 1000).default(100).describe("Entries per page when the target is listed."),
  dialect: z
    .record(z.string(), scalar)
    .default({})
    .describe("Reserved for peculiarities of the SCIM service. Nothing is read from here yet."),
});

const safety = z.strictObject({
  maxDisables: count(0, 1_000_000)
    .default(50)
    .describe("Accounts that may be disabled within the window without approval."),
  maxDeletes: count(0, 1_000_000)
    .default(20)
    .describe("Accounts and groups that may be deleted within the window without approval."),
  maxPercent: z
    .number()
    .min(0, { error: "must be at least 0" })
    .max(100, { error: "must be at most 100" })
    .default(10)
    .describe("The same as a share of all linked accounts, in percent."),
  window: duration({ min: "1m", max: "30d" }).prefault("24h").describe("The time over which both are counted."),
});

const notify = z.strictObject({
  email: z
    .array(z.email({ error: "must be a mail address" }))
    .default([])
    .describe("Who gets mail about quarantine and holds. Needs SMTP_URL."),
  webhook: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .optional()
    .describe("Address that is posted to in the same cases."),
});

const log = z.strictObject({
  retention: duration({ min: "1h", max: "3650d" }).prefault("30d").describe("How long the provisioning log is kept."),
  redact: z
    .array(name)
    .default([])
    .describe("Target attributes whose values `explain` and the provisioning log do not show."),
});

/** The configuration file. Input is what stands in the file, output is a Config (load.ts would not compile otherwise). */
export const ConfigFile = z.strictObject({
  source: source.prefault({}).describe("Who is read from Entra."),
  schedule: schedule.prefault({}).describe("When cycles start."),
  users: users.describe("How people become accounts."),
  groups: groups.prefault({}).describe("How groups become groups."),
  target: target.prefault({}).describe("How SoSafe is talked to."),
  safety: safety.prefault({}).describe("When changes wait for a person's approval. Without effect in this version."),
  notify: notify.prefault({}).describe("Who is told when something is wrong. Without effect in this version."),
  log: log.prefault({}).describe("What is kept of what was done. Without effect in this version."),
});
