/** The ranking panel. */
import '../components/noEval.ts';
import '../components/translations.ts';
import '../components/base.css';
import './ranking.css';
import { rankingContract } from '../../src/protocol/rankingPanel.ts';
import { LiveRegion } from '../components/liveRegion.ts';
import { PanelClient } from '../components/panelClient.ts';
import { acquireApi } from '../components/vscodeApi.ts';
import { RankingPanel } from './rankingPanel.ts';

const api = acquireApi();
const client = new PanelClient(rankingContract, api);
const live = new LiveRegion();
const panel = new RankingPanel(client, live, api);
document.body.append(panel.root, live.root);
window.addEventListener('message', (event) => client.receive(event.data));
panel.start();
