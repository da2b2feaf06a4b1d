import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { InstructError } from '../protocol/errors.ts';
import type { PanelContract, ToWebview } from '../protocol/panels.ts';
import { PanelServer } from './webviewPanelServer.ts';

const contract = {
  methods: {
    double: { params: z.object({ x: z.number() }), result: z.object({ y: z.number() }) },
    fail: { params: z.object({}), result: z.object({}) },
  },
  event: z.object({ say: z.string() }),
} satisfies PanelContract;

function server() {
  const sent: ToWebview[] = [];
  const reported: unknown[] = [];
  const full = new InstructError({ code: 'disk-full', message: 'Full.', remedy: 'Free some.' });
  const made = new PanelServer(
    contract,
    {
      double: ({ x }) => Promise.resolve({ y: 2 * x }),
      fail: () => Promise.reject(full),
    },
    (message) => sent.push(message),
    (thrown) => reported.push(thrown),
  );
  return { made, sent, reported, full };
}

test('a request is answered with the id it came with', async () => {
  const { made, sent } = server();
  await made.receive({ id: 7, method: 'double', params: { x: 21 } });
  assert.deepEqual(sent, [{ type: 'reply', id: 7, result: { y: 42 } }]);
});

test('a handler that throws answers with its error, and the log hears of it', async () => {
  const { made, sent, reported, full } = server();
  await made.receive({ id: 1, method: 'fail', params: {} });
  assert.deepEqual(sent, [{ type: 'failure', id: 1, error: full.toData() }]);
  assert.deepEqual(reported, [full]);
});

test('an unknown method and bad parameters are answered with a failure', async () => {
  const { made, sent } = server();
  await made.receive({ id: 1, method: 'constructor', params: {} });
  await made.receive({ id: 2, method: 'double', params: { x: 'one' } });
  assert.deepEqual(
    sent.map((message) => message.type),
    ['failure', 'failure'],
  );
});

test('what is no request at all is reported and does no harm', async () => {
  const { made, sent, reported } = server();
  for (const message of [null, 'hello', { id: 'x' }]) await made.receive(message);
  assert.equal(sent.length, 0);
  assert.equal(reported.length, 3);
});

test('events are numbered from one', () => {
  const { made, sent } = server();
  assert.equal(made.sequence, 0);
  made.send({ say: 'a' });
  made.send({ say: 'b' });
  assert.equal(made.sequence, 2);
  assert.deepEqual(sent.at(-1), { type: 'event', sequence: 2, event: { say: 'b' } });
});
