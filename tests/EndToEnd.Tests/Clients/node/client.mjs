// A validator that shares nothing with this repository: keys and signatures of the library that wallets use, Node's own hash and fetch.
// Reads {"service": "http://…", "uri": "//Alice", "miner": {"miner_coldkey": "5…"}, "proof": "tao", "indent": 0}. Proves itself with the
// headers of Tao v2 or Epistula v2, goes through all files of the miner by /list-files, and again by /get-miner-list and the store's XML,
// and downloads the first.
// Writes {"listed": […], "paged": […], "downloaded": "base64"}.
import { readFileSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';

await cryptoWaitReady();
const { service, uri, miner, proof, indent } = JSON.parse(readFileSync(0, 'utf8'));
const hotkey = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(uri);

function headersOf(body) {
  const [nonce, timestamp] = [randomUUID(), Date.now().toString()];
  const text = `${createHash('sha256').update(body).digest('hex')}.${nonce}.${timestamp}`;
  const sign = text => Buffer.from(hotkey.sign(new TextEncoder().encode(text)));
  return proof === 'epistula'
    ? {
        'Epistula-Version': '2',
        'Epistula-Timestamp': timestamp,
        'Epistula-Uuid': nonce,
        'Epistula-Signed-By': hotkey.address,
        'Epistula-Request-Signature': '0x' + sign(text + '.').toString('hex'),
      }
    : {
        'x-tao-version': '2',
        'x-tao-timestamp': timestamp,
        'x-tao-nonce': nonce,
        'x-tao-signed-by': hotkey.address,
        'x-tao-signature': sign(text).toString('base64'),
      };
}

async function ask(path, members) {
  const body = JSON.stringify(members, null, indent);
  const response = await fetch(service + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headersOf(body) },
    body,
  });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const [listed, paged] = [[], []];
let first;
let cursor;
do {
  const page = await ask('/list-files', { ...miner, limit: 3, ...(cursor && { cursor }) });
  first ??= page.files[0];
  listed.push(...page.files.map(file => file.key));
  cursor = page.next_cursor;
} while (cursor);

let token;
do {
  const { list_url } = await ask('/get-miner-list', { ...miner, ...(token && { continuation_token: token }) });
  const xml = await (await fetch(list_url)).text();
  paged.push(...[...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(match => decodeURIComponent(match[1].replaceAll('+', ' '))));
  token = xml.includes('<IsTruncated>true</IsTruncated>') && /<NextContinuationToken>([^<]*)</.exec(xml)[1];
} while (token);

const downloaded = Buffer.from(await (await fetch(first.download_url)).arrayBuffer()).toString('base64');
process.stdout.write(JSON.stringify({ listed, paged, downloaded }));
