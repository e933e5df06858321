import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes instead of JSON. */
export interface FileAnswer {
  type: string;
  bytes: Buffer;
  /** Offered under this name; `null`: shown or played in place. */
  downloadName: string | null;
}

/** First and last byte; `null`: the whole file, `wrong`: there is no such part. */
type Range = { first: number; last: number } | null | 'wrong';

/** One range of a `Range` header (RFC 9110 §14); several at once are answered with the whole. */
const rangeOf = (header: string | undefined, size: number): Range => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || (from === '' && to === '0')) return 'wrong';
  return first > last ? null : { first, last };
};

/** Nobody on the way keeps it; seeking works. */
export const sendFile = (request: FastifyRequest, reply: FastifyReply, file: FileAnswer): FastifyReply => {
  const { bytes, type, downloadName } = file;
  reply.headers({ 'cache-control': 'private, no-store', 'accept-ranges': 'bytes' }).type(type);
  if (downloadName !== null) reply.header('content-disposition', `attachment; filename="${downloadName}"`);
  const range = rangeOf(request.headers.range, bytes.length);
  if (range === 'wrong') return reply.code(416).header('content-range', `bytes */${bytes.length}`).send();
  if (range === null) return reply.send(bytes);
  const { first, last } = range;
  reply.code(206).header('content-range', `bytes ${first}-${last}/${bytes.length}`);
  return reply.send(bytes.subarray(first, last + 1));
};
