// Preloaded into Azurite: when the pipe from its parent closes, shut down as on SIGTERM. So it ends
// with whoever started it, even if that was killed, and has time to write its data.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
process.once("SIGTERM", () => setTimeout(() => process.exit(0), 5000).unref());
