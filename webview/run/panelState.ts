/** What a reload of the window brings back. */
import * as z from 'zod';
import { controlStateSchema } from './chartControls.ts';

/** See the file's header. The run's data comes anew from the host. */
export const panelStateSchema = controlStateSchema.extend({
  runId: z.string(),
  /** Ids of the runs drawn over this one. */
  overlay: z.array(z.string()),
  /** What is in sight of the axis, when not all. */
  zoom: z.tuple([z.number(), z.number()]).optional(),
});
/** See {@link panelStateSchema}. */
export type PanelState = z.infer<typeof panelStateSchema>;

/** How a run is shown at first. */
export const freshState: PanelState = {
  runId: '',
  smoothing: 0.6,
  logScale: false,
  axis: 'step',
  overlay: [],
};
