/** The page of the call tests: the engine alone, reachable from the test. */
import { createEngine, type Engine } from '../../engine/client/engine.ts';

declare global {
  interface Window {
    lab: Engine;
  }
}
window.lab = await createEngine();
