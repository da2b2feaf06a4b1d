/** The run panel. */
import '../components/noEval.ts';
import '../components/translations.ts';
import 'uplot/dist/uPlot.min.css';
import '../components/base.css';
import './run.css';
import '../rollouts/rollouts.css';
import { runContract } from '../../src/protocol/panels.ts';
import { LiveRegion } from '../components/liveRegion.ts';
import { PanelClient } from '../components/panelClient.ts';
import { acquireApi } from '../components/vscodeApi.ts';
import { freshState, panelStateSchema } from './panelState.ts';
import { RunPanel } from './runPanel.ts';

const api = acquireApi();
const client = new PanelClient(runContract, api);
const live = new LiveRegion();
const remembered = panelStateSchema.safeParse(api.getState()).data ?? freshState;
const panel = new RunPanel(client, live, remembered, (state) => api.setState(state));
document.body.append(panel.root, live.root);
window.addEventListener('message', (event) => client.receive(event.data));
panel.start();
