// Signs with schnorrkel, which the chain and wallets use, in WebAssembly. It shares no code with this repository. Each line of the input is
// {"seed": "hex"}, which is answered with the address and the public key, or {"seed": "hex", "data": "hex"}, which is answered with the
// signature. (The keyring of @polkadot/keyring signs in JavaScript, which takes ten times as long.)
import { createInterface } from 'node:readline';
import { encodeAddress } from '@polkadot/util-crypto';
import { sr25519KeypairFromSeed, sr25519Sign, waitReady } from '@polkadot/wasm-crypto';

await waitReady();
const pairs = new Map();
const bytes = hex => Buffer.from(hex, 'hex');
const hex = bytes => Buffer.from(bytes).toString('hex');

for await (const line of createInterface({ input: process.stdin })) {
  const { seed, data } = JSON.parse(line);
  const pair = pairs.get(seed) ?? sr25519KeypairFromSeed(bytes(seed));
  pairs.set(seed, pair);
  const [secretKey, publicKey] = [pair.subarray(0, 64), pair.subarray(64)];
  const answer = data === undefined
    ? { address: encodeAddress(publicKey, 42), public_key: hex(publicKey) }
    : { signature: hex(sr25519Sign(publicKey, secretKey, bytes(data))) };
  process.stdout.write(JSON.stringify(answer) + '\n');
}
