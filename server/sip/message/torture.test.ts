import { expect, test } from 'vitest';
import { parseAddress, parseUri, parseVia } from './address.ts';
import { header, headers, serialize, without, type SipRequest } from './message.ts';
import { parseMessage, type Parsed } from './parser.ts';

/** What the parser reads out of the valid messages of RFC 4475; `../torture.test.ts` sends all of them as printed. */
const parse = (...lines: string[]): Parsed => parseMessage(Buffer.from(lines.join('\r\n'), 'utf8'), { headers: 100 });
const requestOf = (parsed: Parsed): SipRequest => {
  if (parsed.kind !== 'message' || parsed.message.kind !== 'request') throw new Error(JSON.stringify(parsed));
  return parsed.message;
};
const verdict = (parsed: Parsed): string | number => (parsed.kind === 'refused' ? parsed.status : parsed.kind);

/** A request in order, except for what `change` replaces (by header name) or takes away (`null`). */
const request = (start: string, change: Record<string, string | null> = {}, body = '', more: string[] = []): Parsed => {
  const method = start.split(' ')[0] ?? '';
  const fields: Record<string, string | null> = {
    Via: 'SIP/2.0/TCP host1.example.com;branch=z9hG4bK-1',
    'Max-Forwards': '70',
    To: 'sip:user@example.com',
    From: 'sip:caller@example.net;tag=1',
    'Call-ID': 'torture@example.net',
    CSeq: `1 ${method}`,
    'Content-Length': String(Buffer.byteLength(body)),
    ...change,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return parse(start, ...lines, ...more, '', body);
};

test('RFC 4475 3.1.1.1 wsinv: a short tortuous INVITE', () => {
  const invite = requestOf(
    parse(
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
      'TO :',
      ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      'Content-Length   : 150',
      'cseq: 0009',
      '  INVITE',
      'Via  : SIP  /   2.0',
      ' /UDP',
      '    192.0.2.2;branch=390skdjuw',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application/sdp',
      'Route:',
      ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
      'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
      '  branch  =   z9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
      ' z9hG4bK30239',
      'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      'x'.repeat(150),
    ),
  );
  expect(headers(invite, 'Via').map((value) => parseVia(value)?.branch)).toEqual([
    '390skdjuw',
    'z9hG4bK9ikj8',
    'z9hG4bK30239',
  ]);
  expect(parseAddress(header(invite, 'From') ?? '')).toMatchObject({ displayName: 'J Rosenberg \\"' });
  expect(parseAddress(header(invite, 'To') ?? '')?.parameters.get('tag')).toBe('1918181833n');
  const contact = parseAddress(header(invite, 'Contact') ?? '');
  expect(contact?.displayName).toBe('Quoted string ""');
  expect([...(contact?.parameters ?? [])]).toEqual([
    ['newparam', 'newvalue'],
    ['secondparam', null],
    ['q', '0.33'],
  ]);
  expect(header(invite, 'Subject')).toBe('');
  expect(invite.body.length).toBe(150);
});

test('RFC 4475 3.1.1.2 intmeth: a wide range of valid characters', () => {
  const method = "!interesting-Method0123456789_*+`.%indeed'~";
  const uri =
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";
  const parsed = requestOf(
    request(`${method} ${uri} SIP/2.0`, {
      To: `"BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f" <${uri}>`,
      From: "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439\";tag=_token~1'+`*%!-.",
      CSeq: `139122385 ${method}`,
    }),
  );
  expect(parsed.method).toBe(method);
  expect(parseUri(uri)?.user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  expect(parseAddress(header(parsed, 'From') ?? '')?.displayName).toBe("token1~` token2'+_ token3*%!.-");
});

test('RFC 4475 3.1.1.3-5 esc01, escnull, esc02: escapes', () => {
  expect(parseUri('sip:sips%3Auser%40example.com@example.net')?.user).toBe('sips:user@example.com');
  expect(parseUri('sip:null-%00-null@example.com')?.user).toBe('null-\u0000-null');
  const parsed = requestOf(
    request('RE%47IST%45R sip:registrar.example.com SIP/2.0', {
      Contact: '<sip:alias1@host1.example.com>,<sip:alias2@host2.example.com>',
    }),
  );
  expect(parsed.method).toBe('RE%47IST%45R');
  expect(headers(parsed, 'Contact')).toHaveLength(2);
});

test('RFC 4475 3.1.1.6-13 lwsdisp, longreq, dblreq, semiuri, transports, mpart01, unreason, noreason', () => {
  expect(parseAddress('caller<sip:caller@example.com>;tag=323')?.displayName).toBe('caller');
  const long = 'longvalue'.repeat(300);
  const longRequest = requestOf(
    request(`INVITE sip:user@example.com SIP/2.0`, {
      From: `<sip:${'user'.repeat(60)}@example.net>;tag=1;p=${long}`,
      [`Unknown-${long}`]: long,
    }),
  );
  expect(header(longRequest, 'From')).toContain(long);
  const double = requestOf(
    request(
      'REGISTER sip:example.com SIP/2.0',
      { 'Content-Length': '0' },
      '\r\nINVITE sip:joe@example.com SIP/2.0\r\n',
    ),
  );
  expect(double.body.length).toBe(0);
  expect(parseUri('sip:user;par=u%40example.net@example.com')).toMatchObject({
    user: 'user;par=u@example.net',
    host: 'example.com',
  });
  const many = requestOf(
    request('OPTIONS sip:user@example.com SIP/2.0', {}, '', [
      'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK2',
      'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK3',
      'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bK4',
    ]),
  );
  expect(headers(many, 'Via').map((value) => parseVia(value)?.transport)).toEqual(['TCP', 'SCTP', 'TLS', 'UNKNOWN']);
  const multipart = '--7a9\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9--\r\n';
  const message = requestOf(
    request('MESSAGE sip:kumiko@example.org SIP/2.0', { 'Content-Type': 'multipart/mixed;boundary=7a9' }, multipart),
  );
  expect(message.body.toString()).toBe(multipart);
  for (const reason of ['= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e', '']) {
    const parsed = request(`SIP/2.0 200 ${reason}`, { CSeq: '35 INVITE' });
    expect(parsed.kind === 'message' && parsed.message.kind === 'response' && parsed.message.reason).toBe(reason);
  }
});

const invite = 'INVITE sip:user@example.com SIP/2.0';
test('what is parsed and written is parsed the same again', () => {
  const first = requestOf(request(invite, { Contact: '<sip:a@b>, "C, D" <sip:c@d;lr>;q=1' }, 'body'));
  const again = parseMessage(serialize(first), { headers: 100 });
  const twice = requestOf(parseMessage(serialize(requestOf(again)), { headers: 100 }));
  expect(twice).toEqual(requestOf(again));
  expect(without(twice.headers, 'Content-Length')).toEqual(without(first.headers, 'Content-Length'));
  expect(twice.body).toEqual(first.body);
});

test('a lone line break in a header is refused and never passed on', () => {
  const parsed = request(invite, { Subject: 'a\nP-Asserted-Identity: <sip:boss@example.com>' });
  expect(verdict(parsed)).toBe(400);
  expect(parsed.kind === 'refused' && headers(parsed.request, 'P-Asserted-Identity')).toEqual([]);
});
