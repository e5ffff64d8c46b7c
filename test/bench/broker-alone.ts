/** The agent's embedded broker with nothing behind it: what aedes takes in a process of its own. Prints its port. */
import { startEmbeddedBroker } from '@skerry/agent/adapters/broker-aedes';

const broker = await startEmbeddedBroker({
  listen: { host: '127.0.0.1', port: 0 },
  maxPacketBytes: 256 * 1024,
  maxConnections: 10_000,
  maxUncommitted: 10_000,
  maxUncommittedBytes: 16 * 1024 ** 2,
  maxIncompleteBytes: 16 * 1024 ** 2,
  connectTimeoutMs: 10_000,
  onPublish: (_message, done) => done(),
  log: () => undefined,
});
process.stdout.write(`port ${broker.port}\n`);
