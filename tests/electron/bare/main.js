/**
 * The floor of the desktop's benchmarks: Electron with one empty window; with `--shape` also with the processes and
 * windows of the client: two hidden child windows in the same process and a utility process.
 */
import path from 'node:path';
import { app, BrowserWindow, utilityProcess } from 'electron';

const shaped = process.argv.includes('--shape');
const report = process.argv.find((word) => word.startsWith('--report='))?.slice('--report='.length);
app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const webPreferences = { sandbox: true, contextIsolation: true, backgroundThrottling: false };
  const window = new BrowserWindow({ width: 1340, height: 860, webPreferences });
  window.webContents.setWindowOpenHandler(() => ({
    action: 'allow',
    overrideBrowserWindowOptions: { show: false, width: 360, height: 160, webPreferences },
  }));
  void window.loadFile(path.join(import.meta.dirname, 'index.html'), {
    query: { report, children: shaped ? '2' : '0' },
  });
  if (shaped) utilityProcess.fork(path.join(import.meta.dirname, 'idle.js'), [], { stdio: 'ignore' });
});
