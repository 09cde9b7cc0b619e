// A process that uses the embedded Redis of the directory in argv[2], prints what it got, and closes it on SIGTERM.
import { createInterface } from "node:readline";
import { createLog } from "#src/log.ts";
import { ensureRedis } from "#src/store/embedded.ts";

const [dataDir = "", waitMs = "30000"] = process.argv.slice(2);
const log = createLog({ level: "info", format: "json", secrets: [], fd: 2 });
const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  const redis = await ensureRedis({ dataDir, log, waitMs: Number(waitMs) });
  print({ socket: redis.socket, isOwner: redis.isOwner });
  const input = createInterface({ input: process.stdin });
  // A line on stdin makes it crash.
  input.once("line", (line) => {
    throw new Error(line);
  });
  process.once("SIGTERM", () => input.close());
  await new Promise<void>((resolve) => void input.once("close", resolve));
  await redis.close();
  process.stdin.destroy();
} catch (error) {
  print({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  process.exitCode = 1;
}
