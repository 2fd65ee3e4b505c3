// Writes ../Vectors. What can be made again from numbers (keys, messages) is not stored; see theirs.mjs for the rules.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { compactToU8a } from '@polkadot/util';
import { accountOfPhrase, accountOfUri, addressOf, bytesOf, hex, keys, messageOf, phraseOf, signers, verifiers, DEVELOPMENT_PHRASE } from './theirs.mjs';

const folder = new URL('../Vectors/', import.meta.url);
mkdirSync(folder, { recursive: true });
const range = (count) => Array.from({ length: count }, (_, index) => index);
const write = (name, lines) => {
  writeFileSync(new URL(name, folder), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)) + '\n').join(''));
  console.log(`${name}: ${lines.length}`);
};

write('keys.jsonl', keys.map(({ seed, polkadot }) => ({ seed: hex(seed), account: hex(polkadot.publicKey), address: addressOf(polkadot.publicKey) })));

// One signature for every message length from 0 to 10,000: line n is of the message of length n, by key n modulo 64 and
// by implementation n modulo 3.
write('signatures.txt', range(10001).map((length) => {
  const key = keys[length % keys.length];
  const message = messageOf(length);
  const signature = signers[length % signers.length](key, message);
  if (!verifiers[0](key.polkadot.publicKey, message, signature)) {
    throw new Error(`The signature of length ${length} does not verify.`);
  }
  return Buffer.from(signature).toString('base64');
}));

const accounts = [
  ...[0x00, 0x01, 0x7f, 0x80, 0xff].map((fill) => new Uint8Array(32).fill(fill)),
  ...range(32).map((index) => Uint8Array.from({ length: 32 }, (_, at) => (at === index ? 0xff : 0))),
  ...range(1963).map((index) => Uint8Array.from(bytesOf('account', index))),
];
write('addresses.jsonl', accounts.map((account) => ({ account: hex(account), address: addressOf(account) })));

const prefixes = [0, 1, 2, 5, 7, 10, 41, 43, 44, 45, 63, 64, 65, 88, 128, 255, 256, 1284, 2254, 4242, 16383];
write('other-networks.jsonl', prefixes.flatMap((prefix) =>
  range(12).map((index) => ({ prefix, address: addressOf(accounts[40 + index], prefix) }))));

// SS58 also knows short and long accounts; none of them is an account id here.
write('other-lengths.jsonl', [1, 2, 4, 8, 33].flatMap((size) => range(4).map((index) =>
  ({ size, address: addressOf(Uint8Array.from(Buffer.concat([bytesOf('other', size, index), Buffer.alloc(1)]).subarray(0, size))) }))));

const passwords = ['', 'password', 'S3Auth', ' ', 'with spaces in it', 'päßwörd', '密码', '🔑', '/x//y///z', 'x'.repeat(200)];
const phrases = [16, 20, 24, 28, 32].flatMap((size) => [
  ...[0x00, 0x7f, 0x80, 0xff].map((fill) => new Uint8Array(size).fill(fill)),
  ...range(36).map((index) => Uint8Array.from(bytesOf('entropy', size, index).subarray(0, size))),
].map((entropy, index) => {
  const phrase = phraseOf(entropy);
  const password = index % 2 === 0 ? '' : passwords[(index >> 1) % passwords.length];
  return { phrase, password, entropy: hex(entropy), account: hex(accountOfPhrase(phrase, password)) };
}));
write('phrases.jsonl', phrases);

const names = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie', 'Alice//stash', 'Bob//cold', 'hot//0', '0', '1', '00012', '255', '256',
  '65536', '4294967295', '4294967296', '18446744073709551615', '1a', 'a b', '-1', '1.5', 'x'.repeat(30), 'x'.repeat(31), 'x'.repeat(32),
  'x'.repeat(62), 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(1000), 'x'.repeat(16383), 'ä', '日本語', '🔑', '0//1//2//3//4//5//6//7//8//9'];
const secrets = ['', DEVELOPMENT_PHRASE, phrases[6].phrase, phrases[190].phrase, '0x' + hex(keys[7].seed), '0x' + hex(keys[8].seed).toUpperCase()];
const uris = [
  ...secrets.flatMap((secret) => names.map((name) => `${secret}//${name}`)),
  ...secrets.slice(1),
  ...secrets.slice(0, 4).flatMap((secret) => passwords.slice(1).flatMap((password) => [`${secret}//hard///${password}`, `${secret}//0//1///${password}`])),
  ...secrets.slice(1, 4).map((secret) => `${secret}///password`),
];
write('uris.jsonl', uris.map((uri) => ({ uri, account: hex(accountOfUri(uri)) })));

// What the same seeds sign with Ed25519: right in its own scheme, and nothing here.
write('ed25519.jsonl', range(40).map((index) => {
  const { seed } = keys[index];
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const message = messageOf(index * 10);
  return { length: message.length, account: hex(publicKey), signature: hex(sign(null, message, privateKey)) };
}));

// SCALE's compact integers: around every power of two and around every border of the encoding's modes.
const compacts = [...new Set(range(65).flatMap((bits) => [-2n, -1n, 0n, 1n, 2n].map((around) => (1n << BigInt(bits)) + around)))]
  .filter((value) => value >= 0n && value < 1n << 64n);
write('compacts.jsonl', compacts.map((value) => ({ value: value.toString(), scale: hex(compactToU8a(value)) })));
