import { entries, isObject, memberIds } from "./demo-mirror.ts";
import type { Stage } from "./demo-stage.ts";
import type { DirectoryUser } from "./directory.ts";
import { DEPARTMENTS, SURNAMES } from "./names.ts";

/** What was done in Entra, and how to tell that it has arrived. */
export type Happening = {
  readonly told: string;
  /** Looks at the target once: how the change shows there, or undefined as long as it does not. */
  readonly look: () => Promise<string | undefined>;
};

export type DemoEvent = {
  readonly key: string;
  readonly name: string;
  /** Object ids that this can happen to at the moment. */
  readonly subjects: (stage: Stage) => readonly string[];
  readonly play: (stage: Stage, id: string) => Happening;
};

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NOBODY = "nobody yet";

const text = (stage: Stage, id: string, name: string): string => {
  const { users, groups } = stage.directory;
  const value = (users.get(id) ?? groups.get(id))?.properties[name];
  return typeof value === "string" ? value : "";
};
const person = (stage: Stage, id: string): string => text(stage, id, "displayName");
const team = (stage: Stage, id: string): string => `"${text(stage, id, "displayName")}"`;

/** Employees in scope; guests have other names in the target. */
const employees = (stage: Stage): readonly string[] =>
  stage.peopleInScope().filter((id) => text(stage, id, "userType") === "Member");

/** People who are out, and can come back: what is assigned to them has stayed. */
const returnable = (stage: Stage, isOut: (user: DirectoryUser) => boolean): readonly string[] =>
  [...stage.directory.users.values()].filter((user) => isOut(user) && stage.isAssigned(user.id)).map(({ id }) => id);
const isDeleted = ({ presence }: DirectoryUser): boolean => presence === "deleted";

/** The assigned group of a department, if there is one. */
function departmentGroup(stage: Stage, department: string): string | undefined {
  return stage.assignedGroups().find((id) => text(stage, id, "displayName") === `Abteilung ${department}`);
}

function openDepartments(stage: Stage, except: string): readonly string[] {
  const names = DEPARTMENTS.map(([name]) => name);
  return names.filter((name) => name !== except && departmentGroup(stage, name) !== undefined);
}

export function pick<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

function employedMembers(stage: Stage, group: string): readonly string[] {
  const members = stage.directory.groups.get(group)?.members;
  return employees(stage).filter((id) => members?.has(id) === true);
}

async function isMember(stage: Stage, group: string, user: string): Promise<boolean> {
  const account = await stage.mirror.user(user);
  return account !== undefined && memberIds(await stage.mirror.group(group)).includes(account.id);
}

/** What to say when the account's `active` is as wanted. */
async function showActive(stage: Stage, id: string, texts: { readonly on?: string; readonly off?: string }) {
  const account = await stage.mirror.user(id);
  return account?.["active"] === true ? texts.on : account && texts.off;
}

const PEOPLE: readonly DemoEvent[] = [
  {
    key: "h",
    name: "joiner hired and assigned",
    subjects: () => [NOBODY],
    play: (stage) => {
      const { directory } = stage;
      const department = pick(openDepartments(stage, "")) ?? "IT";
      const id = directory.hire({ department });
      directory.assign(id);
      const group = departmentGroup(stage, department);
      if (group !== undefined) directory.addMember(group, id);
      return {
        told: `${person(stage, id)} starts in ${department} and gets the application`,
        look: async () => {
          const account = await stage.mirror.user(id);
          if (account?.["active"] !== true) return undefined;
          if (group !== undefined && !(await isMember(stage, group, id))) return undefined;
          return `account created, ${group === undefined ? "active" : `in group ${team(stage, group)}`}`;
        },
      };
    },
  },
  {
    key: "m",
    name: "mover: other department and group",
    subjects: (stage) => employees(stage).filter((id) => openDepartments(stage, text(stage, id, "department")).length),
    play: (stage, id) => {
      const { directory } = stage;
      const from = text(stage, id, "department");
      const to = pick(openDepartments(stage, from)) ?? "";
      const [oldGroup, newGroup] = [departmentGroup(stage, from), departmentGroup(stage, to)];
      directory.update(id, { department: to });
      // First in, then out: nobody is out of scope in between.
      if (newGroup !== undefined) directory.addMember(newGroup, id);
      const isIn = oldGroup !== undefined && directory.groups.get(oldGroup)?.members.has(id) === true;
      if (oldGroup !== undefined && isIn) directory.removeMember(oldGroup, id);
      return {
        told: `${person(stage, id)} moves from ${from} to ${to}`,
        look: async () => {
          const account = await stage.mirror.user(id);
          const enterprise = account?.[ENTERPRISE];
          if (!isObject(enterprise) || enterprise["department"] !== to) return undefined;
          if (newGroup !== undefined && !(await isMember(stage, newGroup, id))) return undefined;
          if (oldGroup !== undefined && (await isMember(stage, oldGroup, id))) return undefined;
          return `department "${to}", one group left, one joined`;
        },
      };
    },
  },
  {
    key: "n",
    name: "name changed",
    subjects: employees,
    play: (stage, id) => {
      const { directory } = stage;
      const before = person(stage, id);
      const surname = pick(SURNAMES.filter((name) => name !== text(stage, id, "surname"))) ?? "Neu";
      const [local = "", domain = ""] = text(stage, id, "userPrincipalName").split("@");
      const userName = `${local.split(".")[0]}.${directory.version() + 1}@${domain}`;
      directory.update(id, {
        surname,
        displayName: `${text(stage, id, "givenName")} ${surname}`,
        userPrincipalName: userName,
        mail: userName,
      });
      return {
        told: `${before} is now ${person(stage, id)}, and signs in with a new name`,
        look: async () => {
          const account = await stage.mirror.user(id);
          const name = account?.["name"];
          const isNew = account?.["userName"] === userName && isObject(name) && name["familyName"] === surname;
          return isNew ? "same account, new name and user name" : undefined;
        },
      };
    },
  },
  {
    key: "p",
    name: "phone emptied",
    subjects: (stage) =>
      employees(stage).filter((id) => {
        const phones = stage.directory.users.get(id)?.properties["businessPhones"];
        return Array.isArray(phones) && phones.length > 0;
      }),
    play: (stage, id) => {
      stage.directory.update(id, { businessPhones: [] });
      return {
        told: `${person(stage, id)} no longer has a phone`,
        look: async () => {
          const account = await stage.mirror.user(id);
          const isEmpty = entries(account?.["phoneNumbers"]).every((phone) => phone["type"] !== "work");
          return account !== undefined && isEmpty ? "phone number cleared" : undefined;
        },
      };
    },
  },
  {
    key: "d",
    name: "sign-in disabled",
    subjects: employees,
    play: (stage, id) => {
      stage.directory.disable(id);
      return {
        told: `the sign-in of ${person(stage, id)} is blocked`,
        look: () => showActive(stage, id, { off: "account disabled (active = false)" }),
      };
    },
  },
  {
    key: "e",
    name: "sign-in enabled again",
    subjects: (stage) =>
      returnable(stage, (user) => user.presence === "active" && user.properties["accountEnabled"] === false),
    play: (stage, id) => {
      stage.directory.enable(id);
      return {
        told: `the sign-in of ${person(stage, id)} is unblocked`,
        look: () => showActive(stage, id, { on: "account active" }),
      };
    },
  },
  {
    key: "l",
    name: "leaver (soft delete)",
    subjects: employees,
    play: (stage, id) => {
      stage.directory.softDelete(id);
      return {
        told: `${person(stage, id)} leaves: deleted in Entra, in the recycle bin for 30 days`,
        look: () => showActive(stage, id, { off: "account disabled, not deleted" }),
      };
    },
  },
  {
    key: "r",
    name: "leaver restored",
    subjects: (stage) => returnable(stage, isDeleted),
    play: (stage, id) => {
      stage.directory.restore(id);
      return {
        told: `${person(stage, id)} is restored from the recycle bin`,
        look: () => showActive(stage, id, { on: "same account, active again" }),
      };
    },
  },
  {
    key: "x",
    name: "hard deleted",
    subjects: (stage) => [...returnable(stage, isDeleted), ...employees(stage)],
    play: (stage, id) => {
      const name = person(stage, id);
      stage.directory.hardDelete(id);
      return {
        told: `${name} is deleted for good`,
        look: async () => ((await stage.mirror.user(id)) === undefined ? "account deleted" : undefined),
      };
    },
  },
];

const GROUPS: readonly DemoEvent[] = [
  {
    key: "c",
    name: "group created and assigned",
    subjects: (stage) => [pick(employees(stage)) ?? ""].filter((id) => id !== ""),
    play: (stage, id) => {
      const displayName = `Arbeitskreis ${stage.directory.version() + 1}`;
      const members = [...new Set([id, ...employees(stage).slice(0, 3)])];
      const group = stage.directory.createGroup(
        { displayName },
        members.map((member) => ({ id: member, type: "user" })),
      );
      stage.directory.assign(group);
      return {
        told: `group ${team(stage, group)} is created with ${members.length} members and gets the application`,
        look: async () => {
          const found = memberIds(await stage.mirror.group(group));
          return found.length === members.length ? `group created with ${found.length} members` : undefined;
        },
      };
    },
  },
  {
    key: "g",
    name: "group renamed",
    subjects: (stage) => stage.assignedGroups().filter((id) => !team(stage, id).startsWith('"Abteilung')),
    play: (stage, id) => {
      const before = team(stage, id);
      const displayName = `Gruppe ${stage.directory.version() + 1}`;
      stage.directory.renameGroup(id, displayName);
      return {
        told: `group ${before} is now called "${displayName}"`,
        look: async () =>
          (await stage.mirror.group(id))?.["displayName"] === displayName ? "same group, new name" : undefined,
      };
    },
  },
  {
    key: "a",
    name: "member added",
    subjects: (stage) =>
      stage.assignedGroups().filter((id) => employedMembers(stage, id).length < employees(stage).length),
    play: (stage, id) => {
      const members = stage.directory.groups.get(id)?.members;
      const user = pick(employees(stage).filter((each) => members?.has(each) !== true)) ?? "";
      stage.directory.addMember(id, user);
      return {
        told: `${person(stage, user)} joins group ${team(stage, id)}`,
        look: async () => ((await isMember(stage, id, user)) ? "member added" : undefined),
      };
    },
  },
  {
    key: "v",
    name: "member removed",
    subjects: (stage) => stage.assignedGroups().filter((id) => employedMembers(stage, id).length > 0),
    play: (stage, id) => {
      const user = pick(employedMembers(stage, id)) ?? "";
      stage.directory.removeMember(id, user);
      return {
        told: `${person(stage, user)} leaves group ${team(stage, id)}`,
        look: async () => ((await isMember(stage, id, user)) ? undefined : "member removed"),
      };
    },
  },
  {
    key: "k",
    name: "group deleted",
    subjects: (stage) => stage.assignedGroups().filter((id) => !team(stage, id).startsWith('"Abteilung')),
    play: (stage, id) => {
      const name = team(stage, id);
      stage.directory.deleteGroup(id);
      return {
        told: `group ${name} is deleted; people who are in scope otherwise keep their accounts`,
        look: async () => ((await stage.mirror.group(id)) === undefined ? "group deleted" : undefined),
      };
    },
  },
];

/** One of each kind, in an order in which each has somebody to happen to. */
export const EVENTS: readonly DemoEvent[] = [...PEOPLE, ...GROUPS];
