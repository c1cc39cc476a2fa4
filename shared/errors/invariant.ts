/** We broke a rule of our own. Nobody catches this to go on; the process reports it and stops. */
export class BugError extends Error {
  override readonly name = "BugError";
}

/**
 * States a fact that our own code guarantees.
 *
 * @throws BugError when `condition` is false.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

/**
 * Ends an exhaustive switch: the compiler refuses the call while a case is missing.
 *
 * @throws BugError always; the value is shown, so keep secrets out of discriminants.
 */
export function unreachable(value: never): never {
  throw new BugError(`Unreachable case ${JSON.stringify(value)}`);
}
