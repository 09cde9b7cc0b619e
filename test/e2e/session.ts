import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { z } from "zod";

/** Ends what one command has written to standard output and to standard error. */
export const END = "\u0000\n";

const commandSchema = z.object({ args: z.array(z.string()), environment: z.record(z.string(), z.string()) });

export type Command = z.output<typeof commandSchema>;
export type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Reads a command of session-main.ts. */
export const parseCommand = (line: string): Command => commandSchema.parse(JSON.parse(line));

let last: Promise<unknown> = Promise.resolve();
let session: ReturnType<typeof createSession> | undefined;

/** Runs a command in a process that all tests of a file share, after the commands before it. */
export async function runInSession(command: Command): Promise<CommandResult> {
  session ??= createSession();
  const run = session;
  const result = last.then(() => run(command));
  last = result.catch(() => undefined);
  return await result;
}

/** It ends with this process, which holds its standard input. */
function createSession() {
  const child = spawn(process.execPath, ["test/e2e/session-main.ts"], { stdio: ["pipe", "pipe", "pipe"] });
  const outputs = readParts(child.stdout);
  const errors = readParts(child.stderr);
  return async (command: Command): Promise<CommandResult> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const [out, stderr] = await Promise.all([outputs.next(), errors.next()]);
    if (out.done === true || stderr.done === true)
      throw new Error(`the session has ended: ${out.value}${stderr.value}`);
    // The last line of standard output is the exit code.
    const at = out.value.lastIndexOf("\n") + 1;
    return { code: Number(out.value.slice(at)), stdout: out.value.slice(0, at), stderr: stderr.value };
  };
}

/** What stands before each end; returns what comes after the last. */
async function* readParts(stream: Readable): AsyncGenerator<string, string, void> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    for (let at = text.indexOf(END); at !== -1; at = text.indexOf(END)) {
      yield text.slice(0, at);
      text = text.slice(at + END.length);
    }
  }
  return text;
}
