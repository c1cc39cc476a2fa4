/** One line for a log or an answer, whatever was thrown: the messages of the error and of its causes. */
export function messageOf(thrown: unknown): string {
  const parts: string[] = [];
  // A cause can point back at its error; five levels say enough.
  for (let current = thrown, depth = 0; current !== undefined && depth < 5; depth++) {
    if (!(current instanceof Error)) {
      parts.push(String(current));
      break;
    }
    const part = current.message || current.name;
    // A wrapper often repeats the words of what it wraps.
    if (!parts.some((said) => said.includes(part))) parts.push(part);
    current = current.cause;
  }
  return parts.join(": ");
}
