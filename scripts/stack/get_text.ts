import { AppError } from "@reflow/shared/errors";

/** A page of a thousand events takes well under a second; a program that hangs must not hang its caller. */
const ANSWER_LIMIT_MS = 30_000;

/**
 * The body of a plain GET.
 *
 * @throws AppError `ERR_STACK_ANSWER` for any status but success, a `TimeoutError` after 30 s.
 */
export async function getText(url: string | URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  const text = await response.text();
  if (response.ok) return text;
  throw new AppError(`Cannot read "${url}": ${response.status} ${text.slice(0, 200)}`, {
    code: "ERR_STACK_ANSWER",
  });
}
