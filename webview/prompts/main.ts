/** The prompt table. */
import '../components/noEval.ts';
import '../components/translations.ts';
import '../components/base.css';
import './prompts.css';
import { promptTableContract } from '../../src/protocol/promptTable.ts';
import { LiveRegion } from '../components/liveRegion.ts';
import { PanelClient } from '../components/panelClient.ts';
import { acquireApi } from '../components/vscodeApi.ts';
import { PromptTable } from './promptTable.ts';

const api = acquireApi();
const client = new PanelClient(promptTableContract, api);
const live = new LiveRegion();
const table = new PromptTable(client, live, api);
document.body.append(table.root, live.root);
window.addEventListener('message', (event) => client.receive(event.data));
table.start();
