// Whom a previewed page speaks with, among those who have it in a frame.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maySpeak } from '../../../services/previews/runner/page/around.mjs';

const HERE = 'first-1b2c3d4e5f607182.localhost';
const THERE = 'first-1b2c3d4e5f607182.preview.example.com';

test('the studio and the pages of products are told', () => {
  for (const origin of ['https://edit.example.com', 'https://edit.preview.example.com', 'https://shop.test:8443']) {
    assert.ok(maySpeak(origin, THERE), origin);
  }
  for (const host of ['127.0.0.1', 'localhost', 'shop.localhost', '[::1]']) {
    assert.ok(maySpeak(`http://${host}:4321`, HERE), host);
  }
});

test('another preview is not, wherever it is, and in whatever form', () => {
  for (const name of ['other-0011223344556677', 'x-y-0011223344556677-built']) {
    assert.ok(!maySpeak(`https://${name}.preview.example.com`, THERE), name);
    assert.ok(!maySpeak(`http://${name}.localhost:4322`, HERE), name);
  }
});

test('what only this machine reaches is told to nobody from elsewhere', () => {
  for (const host of ['stranger.example', 'localhost.stranger.example', '127.0.0.1.stranger.example', '10.0.0.1']) {
    assert.ok(!maySpeak(`http://${host}`, HERE), host);
    assert.ok(!maySpeak(`http://${host}`, '127.0.0.1'), host);
  }
});
