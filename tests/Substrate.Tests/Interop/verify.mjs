// Reads questions as one JSON document from the standard input, writes what the other implementations answer. It judges
// nothing: the test that asks compares.
import { accountOf, accountOfPhrase, accountOfUri, addressOf, hex, verifiers } from './theirs.mjs';

const bytes = (text, encoding) => Uint8Array.from(Buffer.from(text, encoding));
const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const questions = JSON.parse(Buffer.concat(chunks).toString('utf8'));

process.stdout.write(JSON.stringify({
  signatures: questions.signatures.map(({ account, message, signature }) =>
    verifiers.map((verify) => verify(bytes(account, 'hex'), bytes(message, 'base64'), bytes(signature, 'hex')))),
  addresses: questions.addresses.map(({ account, address }) => ({ account: hex(accountOf(address)), address: addressOf(bytes(account, 'hex')) })),
  phrases: questions.phrases.map(({ phrase, password }) => addressOf(accountOfPhrase(phrase, password))),
  uris: questions.uris.map((uri) => addressOf(accountOfUri(uri))),
}));
