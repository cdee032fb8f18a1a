import { describe, expect, it } from 'vitest';
import { createGuard } from './guard.ts';
import { hostsOf } from './http.ts';

const token = 'secret';
const guard = createGuard(token, 7400, ['127.0.0.1:7400', 'localhost:7400']);

function ask(target: string, headers: Record<string, string> = {}) {
  const request = { method: 'GET', headers: { host: '127.0.0.1:7400', ...headers } };
  return guard.request(request, new URL(target, 'http://workbench'));
}

describe('the exchange of the secret for the cookie', () => {
  it.each(['/?token=secret', '/.//evil.example/?token=secret', 'http://x//evil.example?token=secret'])(
    'leads from %s to our own page',
    (target) => {
      expect(ask(target)).toMatchObject({ status: 303, headers: { location: '/' } });
    },
  );

  it.each(['none', 'same-origin'])('is a redirection for a link that came from %s', (site) => {
    expect(ask('/?token=secret', { 'sec-fetch-site': site })?.status).toBe(303);
  });

  it.each(['cross-site', 'same-site'])(
    'does not redirect for a %s one: the cookie would stay behind',
    (site) => {
      const reply = ask('/?token=secret', { 'sec-fetch-site': site })!;
      expect(reply.status).toBe(200);
      expect(reply.headers).not.toHaveProperty('location');
      expect(reply.headers['set-cookie']).toContain('clifford-7400=secret; HttpOnly; SameSite=Strict');
      expect(reply.body).toContain('content="0;url=/"');
      expect(reply.body).not.toContain(token);
      expect(ask('/?token=guess', { 'sec-fetch-site': site })?.status).toBe(403);
    },
  );
});

describe('the cookie', () => {
  it('is found beside one of the same name that a page of another port added', () => {
    expect(ask('/', { cookie: 'clifford-7400=evil; clifford-7400=secret' })).toBeNull();
    expect(ask('/', { cookie: 'clifford-7400=secret; clifford-7400=evil' })).toBeNull();
    expect(ask('/', { cookie: 'clifford-7400=evil; clifford-74000=secret; x=secret' })?.status).toBe(403);
  });
});

describe('the names of an address', () => {
  // As browsers write Host: RFC 9110, 4.2.3 (no port 80) and the URL standard (shortest IPv6, small letters).
  it.each([
    ['127.0.0.1', 7400, ['127.0.0.1:7400', 'localhost:7400']],
    ['127.0.0.1', 80, ['127.0.0.1', 'localhost']],
    ['::1', 7400, ['[::1]:7400', 'localhost:7400']],
    ['2001:DB8:0:0::1', 7400, ['[2001:db8::1]:7400']],
    ['fe80::1%eth0', 7400, ['[fe80::1]:7400']],
  ])('%s and port %i', (address, port, hosts) => {
    expect(hostsOf(address, port)).toEqual(hosts);
  });

  it('are of the kind that all addresses are listened on', () => {
    expect(hostsOf('0.0.0.0', 7400)[0]).toMatch(/^[\d.]+:7400$/);
  });
});
