import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { InstructError } from '../../src/protocol/errors.ts';
import type { PanelContract, PanelRequest } from '../../src/protocol/panels.ts';
import { PanelClient } from './panelClient.ts';

const contract = {
  methods: { double: { params: z.object({ x: z.number() }), result: z.object({ y: z.number() }) } },
  event: z.object({ say: z.string() }),
} satisfies PanelContract;

function client() {
  const sent: PanelRequest[] = [];
  const made = new PanelClient(contract, { postMessage: (message) => sent.push(message) });
  return { made, sent };
}

test('a reply answers the request with its id', async () => {
  const { made, sent } = client();
  const first = made.request('double', { x: 1 });
  const second = made.request('double', { x: 2 });
  made.receive({ type: 'reply', id: sent[1]?.id, result: { y: 4 } });
  made.receive({ type: 'reply', id: sent[0]?.id, result: { y: 2 } });
  assert.deepEqual(await Promise.all([first, second]), [{ y: 2 }, { y: 4 }]);
});

test('a failure of the host rejects with its code and its remedy', async () => {
  const { made, sent } = client();
  const asked = made.request('double', { x: 1 });
  const error = { code: 'disk-full', message: 'No space left.', remedy: 'Free some.' };
  made.receive({ type: 'failure', id: sent[0]?.id, error });
  await assert.rejects(asked, (thrown: unknown) => {
    assert.ok(thrown instanceof InstructError);
    assert.equal(thrown.code, 'disk-full');
    assert.equal(thrown.remedy, 'Free some.');
    return true;
  });
});

test('a reply that does not fit the contract is an error, not a value', async () => {
  const { made, sent } = client();
  const asked = made.request('double', { x: 1 });
  made.receive({ type: 'reply', id: sent[0]?.id, result: { y: 'four' } });
  await assert.rejects(asked);
});

test('a gap between events asks for a snapshot; what the snapshot contains is passed over', () => {
  const { made } = client();
  const heard: string[] = [];
  let gaps = 0;
  made.onEvent = ({ say }) => heard.push(say);
  made.onGap = () => gaps++;
  const send = (sequence: number) =>
    made.receive({ type: 'event', sequence, event: { say: String(sequence) } });
  made.startFrom(4);
  for (const sequence of [4, 5, 6, 8, 9]) send(sequence);
  assert.deepEqual(heard, ['5', '6', '9']);
  assert.equal(gaps, 1);
});
