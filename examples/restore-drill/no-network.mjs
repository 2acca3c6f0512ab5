// Loaded before a program (node --import ./no-network.mjs …), it makes every use of a network throw.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);

function refuse() {
  throw new Error('This program must not use a network.');
}

const [net, dns, dgram] = ['node:net', 'node:dns', 'node:dgram'].map((name) => require(name));
net.Socket.prototype.connect = refuse;
net.connect = refuse;
net.createConnection = refuse;
dgram.createSocket = refuse;
const resolvers = [dns.Resolver.prototype, dns.promises.Resolver.prototype];
for (const asker of [dns, dns.promises, ...resolvers]) {
  for (const [name, value] of Object.entries(asker)) {
    if (/^(lookup|resolve|reverse)/.test(name) && typeof value === 'function') asker[name] = refuse;
  }
}
syncBuiltinESMExports();
globalThis.fetch = refuse;
globalThis.WebSocket = refuse;
globalThis.EventSource = refuse;
