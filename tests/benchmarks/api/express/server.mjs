// The original's health and status on Express: its CORS, its shapes, git in child processes.
// node server.mjs <folder with node_modules> <port> <worktree>

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const [folder, port, worktree] = process.argv.slice(2);
const express = createRequire(`${folder}/`)('express');
const run = promisify(execFile);
const git = async (...words) => (await run('git', words, { cwd: worktree })).stdout.trim();

const app = express();
app.use(express.json({ limit: '10mb' }));
app.use((request, response, next) => {
  response.header('Access-Control-Allow-Origin', '*');
  response.header('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE, OPTIONS');
  response.header('Access-Control-Allow-Headers', 'Origin, Content-Type, Accept, Authorization');
  if (request.method === 'OPTIONS') response.sendStatus(200);
  else next();
});

app.get('/health', (_request, response) => {
  response.json({
    status: 'healthy',
    timestamp: new Date().toISOString(),
    workspace: '/workspace',
    client: 'not_set',
    user: 'not_set',
    thread: 'not_set',
    version: '1.0.0',
  });
});

app.get('/api/status/:clientId/:userId/:threadId', async (_request, response) => {
  try {
    const gitStatus = await git('status', '--short');
    const currentBranch = await git('branch', '--show-current');
    const branches = await git('branch', '--format=%(refname:short)');
    const status = {
      workingDirectory: worktree,
      gitStatus,
      lastActivity: Date.now(),
      currentBranch,
      allBranches: branches.split('\n'),
      projectPath: worktree,
    };
    response.json({ success: true, status });
  } catch (error) {
    response.status(500).json({ success: false, error: String(error) });
  }
});

app.listen(Number(port), '127.0.0.1');
