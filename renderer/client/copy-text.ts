/** Puts text on the clipboard; `false` where the page may not (no TLS, no permission). Call it from a click. */
export async function copyText(text: string): Promise<boolean> {
  if (!('clipboard' in navigator)) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
