/** The dialog an INVITE replaces (RFC 3891 §6.1), with the tags as the one who receives it sees them. */
export interface Replaced {
  callId: string;
  toTag: string;
  fromTag: string;
}

export const parseReplaces = (value: string): Replaced | null => {
  const [callId = '', ...parameters] = value.split(';').map((part) => part.trim());
  const tag = (name: string): string =>
    parameters.find((parameter) => parameter.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const [toTag, fromTag] = [tag('to-tag'), tag('from-tag')];
  return callId === '' || toTag === '' || fromTag === '' ? null : { callId, toTag, fromTag };
};
