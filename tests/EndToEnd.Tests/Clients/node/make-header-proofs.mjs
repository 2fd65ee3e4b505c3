// Makes the vectors of tests/Api.Tests/Vectors: proofs in headers by the library that wallets use, which shares nothing with this repository.
//   npm ci && node make-header-proofs.mjs > ../../../Api.Tests/Vectors/header-proofs.jsonl
// Each line is {"uri", "body": hex, "text", "headers": {…}}. Signatures are randomized, so each run writes others.
import { createHash, randomUUID } from 'node:crypto';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';

await cryptoWaitReady();
const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
const uris = ['//Alice', '//Bob', '//Bob//hot', '//Zoë', '0x' + '5a'.repeat(32)];
const receivers = [undefined, keyring.addFromUri('//Charlie').address];
const bodies = ['', '{}', ' {}\r\n', '{"source": "x"}', '{"prefix":"größe 数据 🙂"}', `{"unknown":"${'a'.repeat(300)}"}`]
  .map(text => Buffer.from(text)).concat([Buffer.from([0xff, 0x00, 0x7b, 0x7d])]);
const spellings = [uuid => uuid, uuid => uuid.toUpperCase(), uuid => uuid.replaceAll('-', '')];
const moments = ['1795500000000', '0', '9223372036854775807', '1795500000123'];

const pick = (list, index) => list[index % list.length];
const sign = (pair, text) => Buffer.from(pair.sign(new TextEncoder().encode(text)));

for (let index = 0; index < 210; index++) {
  const [uri, body, receiver] = [pick(uris, index), pick(bodies, index), pick(receivers, index)];
  const pair = keyring.addFromUri(uri);
  const [uuid, timestamp] = [pick(spellings, index)(randomUUID()), pick(moments, index)];
  const begin = `${createHash('sha256').update(body).digest('hex')}.${uuid}.${timestamp}`;
  const proofs = [
    [begin, text => ({
      'X-Tao-Version': '2',
      'X-Tao-Timestamp': timestamp,
      'X-Tao-Nonce': uuid,
      'X-Tao-Signed-By': pair.address,
      'X-Tao-Signature': sign(pair, text).toString('base64'),
    })],
    [`${begin}.${receiver ?? ''}`, text => ({
      'Epistula-Version': '2',
      'Epistula-Timestamp': timestamp,
      'Epistula-Uuid': uuid,
      'Epistula-Signed-By': pair.address,
      'Epistula-Request-Signature': '0x' + sign(pair, text).toString('hex'),
      ...(receiver && { 'Epistula-Signed-For': receiver }),
    })],
  ];
  for (const [text, headersOf] of proofs) {
    console.log(JSON.stringify({ uri, body: body.toString('hex'), text, headers: headersOf(text) }));
  }
}
