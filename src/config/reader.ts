import { readFileSync } from "node:fs";
import type { Problem } from "../model/errors.ts";
import { suggest } from "./issue.ts";

/** Names and values of environment variables, as in process.env. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads variables one by one and collects what is wrong with them. An empty variable counts as not set. */
export type Reader = ReturnType<typeof createReader>;

/** Creates a reader of these variables. */
export function createReader(env: Variables) {
  const problems: Problem[] = [];
  const secrets: string[] = [];

  const report = (where: string, message: string): undefined => {
    problems.push({ where, message });
  };

  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === "" ? undefined : value;
  };

  /** From NAME, or from the file that NAME_FILE names. */
  const secretText = (name: string): string | undefined => {
    const [direct, file] = [text(name), text(`${name}_FILE`)];
    if (file === undefined) return direct;
    if (direct !== undefined) return report(name, `is set, and so is ${name}_FILE: set only one of them`);
    const content = readSecret(file);
    if (content === undefined) return report(`${name}_FILE`, `${file} cannot be read`);
    return content === "" ? report(`${name}_FILE`, `${file} is empty`) : content;
  };

  const secret = (name: string): string | undefined => {
    const value = secretText(name);
    if (value !== undefined) secrets.push(value);
    return value;
  };

  const choice = <Option extends string>(name: string, options: readonly Option[]): Option | undefined => {
    const value = text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    const found = options.find((option) => option === value);
    return found ?? report(name, `must be one of ${options.join(", ")}, not ${value}${suggest(value, options)}`);
  };

  return { problems, secrets, report, text, secretText, secret, choice };
}

function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
