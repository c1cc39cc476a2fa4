/** `Message` in the order of upstream's crates/reflow_actor/src/message.rs. */
const MESSAGE_NAMES = [
  "Flow",
  "Event",
  "Boolean",
  "Integer",
  "Float",
  "String",
  "Object",
  "Array",
  "Stream",
  "Encoded",
  "Optional",
  "Any",
  "Error",
  "RemoteReference",
  "NetworkEvent",
] as const;

/** The name that a person knows for `Discriminant(n)`; any other text as it is. */
export function messageTypeName(messageType: string): string {
  const match = /^Discriminant\((\d{1,3})\)$/.exec(messageType);
  return match === null ? messageType : MESSAGE_NAMES[Number(match[1])] ?? messageType;
}
