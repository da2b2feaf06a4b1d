/** The one function that the editor puts into every webview. */

/** What a webview may ask of the editor. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  /** Kept by the editor for the panel's serializer; a write of the last second may be lost. */
  setState(state: unknown): void;
  getState(): unknown;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Acquires the editor's interface; may be called once in the life of a page. */
export function acquireApi(): VsCodeApi {
  return acquireVsCodeApi();
}
