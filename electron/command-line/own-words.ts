import path from 'node:path';

/** Switches that Chromium, Node or a test driver reads from the same command line; Electron leaves them in it. */
const foreignSwitch = new RegExp(
  '^(-psn_|--(inspect|remote-debugging|remote-allow|no-|disable-|enable-|force-|use-|ignore-|allow-|ozone-|gtk-|proxy-|' +
    'host-r|js-flags|password-store|class$|class=|v=|vmodule|trace-|original-process-start-time|squirrel-|' +
    'autoplay-policy|auto-|in-process-gpu|headless|field-trial|process-per|renderer-|disk-cache|crash|wm-|type=))',
);

/** The words meant for Kontor: those after the program's name and, where it runs unpackaged, after its folder. */
export const ownWords = (words: readonly string[], start: { packaged: boolean; folder: string }): string[] => {
  const folderAt = words.findIndex((word, at) => at > 0 && path.resolve(word) === path.resolve(start.folder));
  const own = words.slice(start.packaged ? 1 : Math.max(folderAt, 0) + 1);
  return own.filter((word) => !foreignSwitch.test(word));
};
