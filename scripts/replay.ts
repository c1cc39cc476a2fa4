/** `deno task replay FILE`: sends a recording like the programs that it was recorded from; see `replay/mod.ts`. */
import { signalsToAbort } from "@reflow/shared/lifecycle";
import { parseReplayArguments, REPLAY_USAGE } from "./replay/arguments.ts";
import { formatReport, readRecording, replay } from "./replay/mod.ts";
import { clearProgress, printLine, runScript, showProgress } from "./terminal.ts";

const EXIT_INTERRUPTED = 130;
const PROGRESS_EVERY_MS = 100;

async function main(): Promise<number> {
  const options = parseReplayArguments(Deno.args);
  if (options === undefined) {
    printLine(REPLAY_USAGE.trimEnd());
    return 0;
  }
  const recording = await readRecording(options.file);
  using stop = signalsToAbort(["SIGINT", "SIGTERM"]);
  const totalCount = recording.frameCount * options.copies;
  let sentCount = 0;
  let answerCount = 0;
  const show = () => showProgress(`${sentCount} of ${totalCount} frames sent, ${answerCount} answers`);
  const timer = setInterval(show, PROGRESS_EVERY_MS);
  try {
    const report = await replay({
      recording,
      url: options.url,
      speed: options.speed,
      copies: options.copies,
      keepTexts: false,
      signal: stop.signal,
      onSent: () => sentCount++,
      onAnswer: () => answerCount++,
    });
    clearProgress();
    for (const line of formatReport(report)) printLine(line);
    if (report.stopped) return EXIT_INTERRUPTED;
    return report.failedCount === 0 ? 0 : 1;
  } finally {
    clearInterval(timer);
  }
}

if (import.meta.main) await runScript(main);
