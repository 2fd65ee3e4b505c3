// The implementations that S3Auth.Substrate is compared with, and the rules by which test data is made from numbers.
// VectorFiles.cs follows the same rules.
import { createHash } from 'node:crypto';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import * as scure from '@scure/sr25519';
import * as polkadot from '@polkadot/util-crypto';
import * as schnorrkel from '@polkadot/wasm-crypto';

await polkadot.cryptoWaitReady();

export const KEYS = 64;
export const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';

const u32 = (...numbers) => Buffer.concat(numbers.map((number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}));

/** 32 bytes from a name and numbers: SHA-256 of the name and of each number as 4 bytes, little-endian. */
export const bytesOf = (name, ...numbers) => createHash('sha256').update(name).update(u32(...numbers)).digest();

/** The message of a length: as many blocks bytesOf('message', length, 0), bytesOf('message', length, 1) … as it takes. */
export function messageOf(length) {
  const blocks = [];
  for (let block = 0; block * 32 < length; block++) {
    blocks.push(bytesOf('message', length, block));
  }
  return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
}

export const hex = (bytes) => Buffer.from(bytes).toString('hex');

export const keys = Array.from({ length: KEYS }, (_, index) => {
  const seed = Uint8Array.from(bytesOf('seed', index));
  return { seed, schnorrkel: schnorrkel.sr25519KeypairFromSeed(seed), polkadot: polkadot.sr25519PairFromSeed(seed), scure: scure.secretFromSeed(seed) };
});

/** Each implementation's way to sign; the last one with given randomness, so that its signatures can be made again. */
export const signers = [
  (key, message) => schnorrkel.sr25519Sign(key.schnorrkel.slice(64), key.schnorrkel.slice(0, 64), message),
  (key, message) => polkadot.sr25519Sign(message, key.polkadot),
  (key, message) => scure.sign(key.scure, message, Uint8Array.from(bytesOf('randomness', message.length))),
];

const orFalse = (verify) => {
  try {
    return verify();
  } catch {
    return false;
  }
};

/** Each implementation's answer whether a signature is valid; a signature that one throws on is not. */
export const verifiers = [
  (account, message, signature) => orFalse(() => schnorrkel.sr25519Verify(signature, message, account)),
  (account, message, signature) => orFalse(() => polkadot.sr25519Verify(message, signature, account)),
  (account, message, signature) => orFalse(() => scure.verify(message, signature, account)),
];

export function accountOfPhrase(phrase, password) {
  const seeds = [true, false].map((onlyJs) => polkadot.mnemonicToMiniSecret(phrase, password, undefined, onlyJs));
  if (hex(seeds[0]) !== hex(seeds[1])) {
    throw new Error('The implementations disagree on a phrase.');
  }
  return polkadot.sr25519PairFromSeed(seeds[0]).publicKey;
}

export function accountOfUri(uri) {
  const { phrase, path, password } = polkadot.keyExtractSuri(uri.startsWith('/') ? DEVELOPMENT_PHRASE + uri : uri);
  const seed = phrase.startsWith('0x') ? Buffer.from(phrase.slice(2), 'hex') : polkadot.mnemonicToMiniSecret(phrase, password);
  return polkadot.keyFromPath(polkadot.sr25519PairFromSeed(Uint8Array.from(seed)), path, 'sr25519').publicKey;
}

export const addressOf = (account, prefix = 42) => polkadot.encodeAddress(account, prefix);
export const accountOf = (address) => polkadot.decodeAddress(address, false, 42);
export const phraseOf = (entropy) => entropyToMnemonic(entropy, wordlist);
