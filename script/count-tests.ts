// node script/count-tests.ts RESULTS EXIT_CODE FAILED_CHECKS
// Prints "N passed, N failed" from vitest's JSON report, and exits with 1 unless everything passed.
import { readFileSync } from "node:fs";
import { z } from "zod";

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

const [file = "", exitCode = "1", failedChecks = "0"] = process.argv.slice(2);
const { passed, failedTests } = count(file);
// Vitest can also fail by errors outside of any test; that must never look like a success.
const failed = Math.max(failedTests, exitCode === "0" ? 0 : 1) + Number(failedChecks);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function count(path: string): { readonly passed: number; readonly failedTests: number } {
  try {
    const { numPassedTests, numFailedTests, testResults } = report.parse(JSON.parse(readFileSync(path, "utf8")));
    // A file that cannot be loaded has no tests to fail.
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((each) => each.status === "failed"),
    );
    return { passed: numPassedTests, failedTests: numFailedTests + broken.length };
  } catch {
    return { passed: 0, failedTests: 1 };
  }
}
