/**
 * Starting and stopping: signals of the operating system, groups of tasks, deadlines.
 *
 * Invariants
 * - L1 Stopping is a return: everything here ends by an `AbortSignal`, whose reason says why.
 * - L2 A disposed value leaves no listener and no timer behind.
 * - L3 A task group never forgets a task: disposing it returns only after the last one has ended.
 * - L4 The first unexpected failure of a group is thrown exactly once; later ones reach `onFailure`.
 *
 * Failure: a task that ignores its signal keeps its group waiting; the second signal of the operating system
 * ends the process with code 130 all the same.
 */
export { type ScopedSignal, type SignalHost, signalsToAbort } from "./signals.ts";
export { TaskGroup, type TaskGroupOptions } from "./task_group.ts";
export { type Deadline, deadline } from "./deadline.ts";
export { listen, type Listener } from "./listen.ts";
export { ListenError, type ListenErrorCode } from "./listen_error.ts";
export { aborted } from "./aborted.ts";
