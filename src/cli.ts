#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { check } from "./commands/check.ts";
import { importCommand, IMPORT_HELP } from "./commands/config-import.ts";
import { printConfigCommand, printSchema } from "./commands/config.ts";
import { EVAL_HELP, evalCommand } from "./commands/eval.ts";
import { EXPLAIN_HELP, explainCommand } from "./commands/explain/command.ts";
import { findNearest } from "./model/nearest.ts";
import { errorToExit, EXIT } from "./commands/outcome.ts";
import { once } from "./commands/once.ts";
import { run } from "./commands/run.ts";
import { withApp, type StartOptions } from "./commands/start.ts";
import { reportError } from "./commands/report.ts";
import { version } from "./version.ts";

const EXAMPLES = `
Examples:
  $ sosafe-bridge check              test configuration, Redis, Entra and SoSafe, and say what to do next
  $ sosafe-bridge --once             one cycle (the first one syncs everything), then exit
  $ sosafe-bridge                    the daemon: a cycle every schedule.interval
  $ sosafe-bridge --resync           evaluate everybody again and compare with SoSafe
  $ sosafe-bridge --once --json      the result as one JSON object on stdout
  $ sosafe-bridge explain ada@contoso.com
  $ sosafe-bridge config print       the configuration in effect, secrets redacted
  $ sosafe-bridge config import schema.json > imported.yaml
  $ sosafe-bridge eval 'Join(" ", [givenName], [surname])' --attributes ada.json

Settings come from the environment (see .env.example) and from CONFIG_FILE (config/bridge.yaml).
Exit codes: 0 done, 1 some objects failed, 2 usage, 69 Entra, SoSafe or Redis unreachable,
77 credentials refused, 78 configuration.`;

type Flags = { readonly once?: boolean; readonly resync?: boolean; readonly json?: boolean };

function createProgram(finish: (code: number) => void): Command {
  const program = new Command("sosafe-bridge")
    .description("Keeps SoSafe in step with Microsoft Entra ID: users, groups and memberships, over SCIM 2.0.")
    .version(version(), "-V, --version")
    .addOption(new Option("--once", "run one cycle, then exit").conflicts("resync"))
    .option("--resync", "full re-sync now: by the running daemon, or here when there is none")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .action(async () => {
      const flags: Flags = program.opts();
      finish(await main(flags));
    });
  program
    .command("run")
    .description("the daemon (also without a command)")
    .action(async () => {
      const { once: isOnce, resync } = program.opts();
      if (isOnce || resync) program.error("error: `run` is the daemon; for one cycle leave `run` out");
      finish(await main({}));
    });
  program
    .command("check")
    .description("test configuration, Redis, Entra and SoSafe; change nothing")
    .option("--json", "print the result as JSON")
    .action(async () => finish(await check({ isJson: program.opts().json === true || hasFlag(program, "check") })));
  const config = program.command("config").description("look at the configuration");
  config
    .command("print")
    .description("the configuration in effect, secrets redacted")
    .option("--json", "print as JSON")
    .action(async (options: Flags) =>
      finish(await printConfigCommand(options.json === true || program.opts().json === true)),
    );
  config
    .command("schema")
    .description("JSON Schema of the configuration file")
    .action(() => finish(printSchema()));
  addImport(config, finish);
  addEval(program, finish);
  addExplain(program, finish);
  return program;
}

type Finish = (code: number) => void;

function addImport(config: Command, finish: Finish): void {
  config
    .command("import")
    .description("turn the provisioning schema that Entra exports into a configuration file")
    .argument("<file>", "JSON file, - for standard input")
    .addHelpText("after", IMPORT_HELP)
    .action(async (file: string) => finish(await importCommand(file)));
}

function addEval(program: Command, finish: Finish): void {
  program
    .command("eval")
    .description("evaluate an expression of the attribute mapping language, without any connection")
    .argument("<expression>", "as in a mapping, for instance 'ToLower([mail])'")
    .option("--attributes <file>", "JSON file with the source attributes, - for standard input")
    .option("--now <time>", "what Now() returns (ISO 8601, UTC without an offset)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EVAL_HELP)
    .action(async (expression: string, _options, command: Command) => {
      const { attributes, now, json } = command.optsWithGlobals<{
        attributes?: string;
        now?: string;
        json?: boolean;
      }>();
      finish(await evalCommand(expression, { attributes, now, isJson: json === true }));
    });
}

function addExplain(program: Command, finish: Finish): void {
  program
    .command("explain")
    .description("why somebody is in scope or not, and what each mapping gives; change nothing")
    .argument("<name>", "object id, user principal name, mail, employee id or display name")
    .addOption(new Option("--user", "look for a person only").conflicts("group"))
    .option("--group", "look for a group only")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (name: string, { user, group }: { user?: boolean; group?: boolean }, command: Command) => {
      const isJson = command.optsWithGlobals<Flags>().json === true;
      const forced = user === true ? "user" : undefined;
      finish(await explainCommand(name, { kind: group === true ? "group" : forced, isJson }));
    });
}

/** A word that is no command would be told as "too many arguments" otherwise, because there is a default command. */
function refuseUnknown(program: Command, args: readonly string[]): void {
  const isValue = (index: number) => program.options.some((each) => each.required && each.long === args[index - 1]);
  const word = args.find((each, index) => !each.startsWith("-") && !isValue(index));
  const known = [...program.commands.map((command) => command.name()), "help"];
  if (word === undefined || known.includes(word)) return;
  const nearest = findNearest(word, known);
  const hint = nearest === undefined ? "see sosafe-bridge --help" : `did you mean ${nearest}?`;
  program.error(`error: unknown command '${word}' (${hint})`, { code: "commander.unknownCommand", exitCode: 2 });
}

function hasFlag(program: Command, name: string): boolean {
  const command = program.commands.find((each) => each.name() === name);
  return command?.opts()["json"] === true;
}

async function main({ once: isOnce = false, resync = false, json = false }: Flags): Promise<number> {
  const isOneShot = isOnce || resync;
  const start: StartOptions = { isOneShot };
  return withApp(start, (app, tools) =>
    isOneShot ? once(app, { isReconcile: resync, isJson: json }) : run(app, { ...tools, leave: () => process.exit(1) }),
  );
}

/** Does what a command line says. Returns the exit code. */
export async function execute(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    refuseUnknown(program, args);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    reportError(error);
    return errorToExit(error);
  }
}

if (import.meta.main) process.exit(await execute(process.argv.slice(2)));
