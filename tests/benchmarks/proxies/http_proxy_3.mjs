// http-proxy-3 as its README has it, with an agent that keeps connections:
// node http_proxy_3.mjs <folder with node_modules> <port> <backend>

import http from 'node:http';
import { createRequire } from 'node:module';

const [folder, port, backend] = process.argv.slice(2);
const { createProxyServer } = createRequire(`${folder}/`)('http-proxy-3');

const target = `http://127.0.0.1:${backend}`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const requests = createProxyServer({ target, agent, xfwd: true });
const sockets = createProxyServer({ target, ws: true, xfwd: true });
for (const proxy of [requests, sockets]) proxy.on('error', () => {});

http
  .createServer((request, response) => requests.web(request, response))
  .on('upgrade', (request, socket, head) => sockets.ws(request, socket, head))
  .listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
