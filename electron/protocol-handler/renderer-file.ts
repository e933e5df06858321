import path from 'node:path';

const mediaTypes = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.webmanifest', 'application/manifest+json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.wav', 'audio/wav'],
  ['.mp3', 'audio/mpeg'],
  ['.ogg', 'audio/ogg'],
  ['.wasm', 'application/wasm'],
]);

export interface RendererFile {
  path: string;
  mediaType: string;
}

/**
 * The file under `folder` that an `app://kontor/…` address names; `null` for another host, an unknown kind of file
 * and whatever would leave the folder, encoded or not.
 */
export const rendererFile = (folder: string, address: string): RendererFile | null => {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'app:' || url.host !== 'kontor') return null;
  let name: string;
  try {
    name = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (/[\0\\:%]/.test(name)) return null;
  const file = path.join(folder, name === '/' ? 'index.html' : name);
  if (!file.startsWith(path.join(folder, path.sep))) return null;
  const mediaType = mediaTypes.get(path.extname(file));
  return mediaType === undefined ? null : { path: file, mediaType };
};
