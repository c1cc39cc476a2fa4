/**
 * What the collector is measured against: parses each frame, answers, keeps nothing. Prints the same start-up line.
 */
const ANSWER = `{"EventRecorded":{"success":true,"error":null}}`;

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ hostname, port }) => {
    const line = JSON.stringify({ msg: "Listening", address: `${hostname}:${port}` });
    Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  },
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = (event) => {
    const frame: unknown = JSON.parse(event.data);
    if (typeof frame === "object" && frame !== null && "RecordEvent" in frame) socket.send(ANSWER);
  };
  return response;
});
