/** The comparison panel. */
import '../components/noEval.ts';
import '../components/translations.ts';
import '../components/base.css';
import './compare.css';
import { compareContract } from '../../src/protocol/comparePanel.ts';
import { LiveRegion } from '../components/liveRegion.ts';
import { PanelClient } from '../components/panelClient.ts';
import { acquireApi } from '../components/vscodeApi.ts';
import { compareStateSchema, freshState } from './compareState.ts';
import { ComparePanel } from './comparePanel.ts';

const api = acquireApi();
const client = new PanelClient(compareContract, api);
const live = new LiveRegion();
const remembered = compareStateSchema.safeParse(api.getState()).data ?? freshState;
const panel = new ComparePanel(client, live, remembered, (state) => api.setState(state));
document.body.append(panel.root, live.root);
window.addEventListener('message', (event) => client.receive(event.data));
panel.start();
