/** Stands in for the client: notes what the desktop tells it and opens the pop-up as the client does. */
const told = [];
window.told = told;
for (const event of ['settings.changed', 'link.opened', 'network.changed', 'window.visibility'])
  window.kontor.on(event, (payload) => told.push({ event, payload }));
window.popup = window.open('/popup.html', 'call', 'width=360,height=160');

let port = null;
let frames = 0;
const waiting = new Map();
window.ports = 0;
window.addEventListener('message', (message) => {
  if (message.data?.type !== 'archive.port') return;
  port = message.ports[0];
  port.onmessage = ({ data }) => waiting.get(data.id)?.(data);
  window.ports += 1;
});
window.archive = (method, params) =>
  new Promise((resolve) => {
    frames += 1;
    waiting.set(frames, resolve);
    port.postMessage({ id: frames, method, params });
  });
