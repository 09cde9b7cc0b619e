import type { Run } from "../sync/runs.ts";

const WIDTH = 30;

/** One line on a terminal's stderr that tells how far a run is; nothing elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr) {
  const isOn = stream.isTTY;
  return {
    show: (run: Run) => {
      if (isOn) stream.write(`\r\u001B[2K${describe(run)}`);
    },
    [Symbol.dispose]: () => {
      if (isOn) stream.write("\r\u001B[2K");
    },
  };
}

function describe(run: Run): string {
  if (run.state !== "pushing") return `reading ${run.step} ${run.done > 0 ? run.done.toLocaleString("en") : ""}`;
  const settled = run.total - run.open;
  const share = run.total === 0 ? 1 : settled / run.total;
  const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
  return `sending ${bar} ${settled.toLocaleString("en")} of ${run.total.toLocaleString("en")}`;
}
