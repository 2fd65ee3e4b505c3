// Signs texts with the library that wallets use. Reads [{"uri": "//Bob", "text": "…"}, …], writes ["0x…", …].
import { readFileSync } from 'node:fs';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';

await cryptoWaitReady();
const keyring = new Keyring({ type: 'sr25519' });
const signatures = JSON.parse(readFileSync(0, 'utf8')).map(({ uri, text }) =>
  '0x' + Buffer.from(keyring.addFromUri(uri).sign(new TextEncoder().encode(text))).toString('hex'));
process.stdout.write(JSON.stringify(signatures));
