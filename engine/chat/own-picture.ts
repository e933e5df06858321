/** Makes of a chosen image file what is published as one's picture: a square of 256 px (CON-1). */
import type { Picture } from './xmpp-link.ts';

const side = 256;
const qualities = [0.9, 0.75, 0.5, 0.3];

/** `null`: not an image, or not to be made small enough. */
export const scaledPicture = async (
  file: Blob,
  largestBytes: number,
): Promise<(Picture & { width: number; height: number }) | null> => {
  try {
    const image = await createImageBitmap(file);
    const canvas = new OffscreenCanvas(side, side);
    const painter = canvas.getContext('2d');
    if (!painter) return null;
    const square = Math.min(image.width, image.height);
    const left = (image.width - square) / 2;
    const top = (image.height - square) / 2;
    // JPEG knows no transparency.
    painter.fillStyle = 'white';
    painter.fillRect(0, 0, side, side);
    painter.drawImage(image, left, top, square, square, 0, 0, side, side);
    image.close();
    for (const quality of qualities) {
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
      if (blob.size > largestBytes) continue;
      return { bytes: new Uint8Array(await blob.arrayBuffer()), mediaType: 'image/jpeg', width: side, height: side };
    }
    return null;
  } catch {
    return null;
  }
};
