// Writes the answers that a Subtensor node gives to SubnetInfoRuntimeApi_get_subnet_state: answers.jsonl (small ones, with what they
// say) and subnet-*.scale.gz (large ones; what they say follows from the formulas below, which LargeSubnet.cs repeats).
//   npm ci && npm run make
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Keyring } from '@polkadot/keyring';
import { TypeRegistry } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, encodeAddress } from '@polkadot/util-crypto';

await cryptoWaitReady();

const registry = new TypeRegistry();
const lists = {
  active: 'bool',
  validator_permit: 'bool',
  pruning_score: 'Compact<u16>',
  last_update: 'Compact<u64>',
  emission: 'Compact<u64>',
  dividends: 'Compact<u16>',
  incentives: 'Compact<u16>',
  consensus: 'Compact<u16>',
  trust: 'Compact<u16>',
  rank: 'Compact<u16>',
  block_at_registration: 'Compact<u64>',
  alpha_stake: 'Compact<u64>',
  tao_stake: 'Compact<u64>',
  total_stake: 'Compact<u64>',
};
const layout = {
  netuid: 'Compact<u16>',
  hotkeys: 'Vec<[u8; 32]>',
  coldkeys: 'Vec<[u8; 32]>',
  ...Object.fromEntries(Object.entries(lists).map(([name, type]) => [name, `Vec<${type}>`])),
  emission_history: 'Vec<Vec<Compact<u64>>>',
};
const widen = (types) => Object.fromEntries(Object.entries(types).map(([name, type]) => [name, type.replace('Compact<u64>', 'Compact<u128>').replace('Compact<u16>', 'Compact<u32>')]));
registry.register({ SubnetState: layout, WideSubnetState: widen(layout) });

const encode = (state, type = 'SubnetState') => registry.createType(`Option<${type}>`, state).toU8a();
const sha256 = (text) => createHash('sha256').update(text).digest();
const u64 = (text, bits) => sha256(text).readBigUInt64LE() >> BigInt(64 - bits);

// A subnet in which every list is full: what is not given has values of every size that its type allows.
function stateOf(netuid, neurons, subnets) {
  const sized = (name, most) => neurons.map((_, uid) => u64(`${name} ${uid}`, 1 + ((uid * 7) % most)));
  return {
    netuid,
    hotkeys: neurons.map(({ hotkey }) => hotkey),
    coldkeys: neurons.map(({ coldkey }) => coldkey),
    active: neurons.map(({ active }) => active),
    validator_permit: neurons.map(({ permit }) => permit),
    pruning_score: sized('pruning_score', 16),
    last_update: sized('last_update', 64),
    emission: sized('emission', 64),
    dividends: sized('dividends', 16),
    incentives: sized('incentives', 16),
    consensus: sized('consensus', 16),
    trust: sized('trust', 16),
    rank: sized('rank', 16),
    block_at_registration: sized('block_at_registration', 64),
    alpha_stake: neurons.map(({ stake }) => stake),
    tao_stake: sized('tao_stake', 64),
    total_stake: sized('total_stake', 64),
    // As on the chain: a list for every subnet, in which most hotkeys have nothing.
    emission_history: Array.from({ length: subnets }, (_, subnet) =>
      neurons.map((_, uid) => ((uid + subnet) % 16 === 0 ? u64(`emission_history ${subnet} ${uid}`, 40) : 0n))),
  };
}

const lines = [];
function write(name, state, expectation, type) {
  lines.push(JSON.stringify({ name, netuid: 46, scale: u8aToHex(encode(state, type)).slice(2), ...expectation }));
}

const neuronsOf = (neurons) => ({
  neurons: neurons.map(({ hotkey, coldkey, permit, stake, active }, uid) => ({
    uid, hotkey: encodeAddress(hotkey, 42), coldkey: encodeAddress(coldkey, 42), permit, stake: stake.toString(), active,
  })),
});

// The development accounts, as the service's own static metagraph has them, and what the chain would say a little later.
const keyring = new Keyring({ type: 'sr25519' });
const keyOf = (uri) => keyring.addFromUri(uri).publicKey;
const account = (name, permit, alpha, coldkey = `//${name}//cold`) =>
  ({ hotkey: keyOf(`//${name}`), coldkey: keyOf(coldkey), permit, stake: BigInt(Math.round(alpha * 10)) * 100_000_000n, active: permit });
const development = [
  account('Alice', true, 30000.5), account('Bob', false, 0), account('Eve', true, 0), account('Ferdie', true, 20000), account('Grace', false, 500000),
];
const registered = [...development, account('Charlie', false, 0)];
const swapped = development.map((neuron, uid) => (uid === 1 ? account('Bob', false, 0, '//Bob//new-cold') : neuron));
write('subnet', stateOf(46, development, 4), neuronsOf(development));
write('after-registration', stateOf(46, registered, 4), neuronsOf(registered));
write('after-coldkey-swap', stateOf(46, swapped, 4), neuronsOf(swapped));

// Stakes at every border of the compact encoding, and one unit around the minimum of a validator.
const borders = [
  0n, 1n, 63n, 64n, 16383n, 16384n, 2n ** 30n - 1n, 2n ** 30n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 40n - 1n, 2n ** 40n, 2n ** 48n, 2n ** 56n - 1n,
  2n ** 56n, 2n ** 63n, 2n ** 64n - 1n, 19999999999999n, 20000000000000n, 20000000000001n,
].map((stake, uid) => ({ hotkey: sha256(`border hotkey ${uid}`), coldkey: sha256(`border coldkey ${uid % 3}`), permit: uid % 2 === 0, stake, active: uid % 3 === 0 }));
write('borders', stateOf(46, borders, 1), neuronsOf(borders));
write('one-neuron', stateOf(46, development.slice(0, 1), 0), neuronsOf(development.slice(0, 1)));
write('no-neurons', stateOf(46, [], 3), neuronsOf([]));

// Runtimes that have stopped to compute a list send it empty.
const retired = stateOf(46, development, 4);
write('retired-lists', { ...retired, pruning_score: [], trust: [], rank: [] }, neuronsOf(development));

// What must be refused.
write('none', null, { error: 'SubnetMissing' });
write('another-netuid', stateOf(47, development, 4), { error: 'Malformed' });
write('same-hotkey-twice', stateOf(46, [development[0], development[1], development[0]], 1), { error: 'Malformed' });
for (const name of ['coldkeys', ...Object.keys(lists)]) {
  const state = stateOf(46, development, 4);
  write(`${name}-one-short`, { ...state, [name]: state[name].slice(1) }, { error: 'Malformed' });
  write(`${name}-one-long`, { ...state, [name]: [...state[name], state[name][0]] }, { error: 'Malformed' });
}
for (const name of ['coldkeys', 'active', 'validator_permit', 'alpha_stake']) {
  write(`${name}-empty`, { ...stateOf(46, development, 4), [name]: [] }, { error: 'Malformed' });
}
for (const [name, type] of Object.entries(lists).filter(([, type]) => type !== 'bool')) {
  const state = stateOf(46, development, 4);
  write(`${name}-too-big`, { ...state, [name]: [2n ** BigInt(type.match(/\d+/)[0]), ...state[name].slice(1)] }, { error: 'Malformed' }, 'WideSubnetState');
}
write('netuid-too-big', stateOf(46 + 65536, development, 4), { error: 'Malformed' }, 'WideSubnetState');
const history = stateOf(46, development, 4);
write('emission_history-one-short', { ...history, emission_history: history.emission_history.map((list, at) => (at === 2 ? list.slice(1) : list)) }, { error: 'Malformed' });
writeFileSync('answers.jsonl', lines.join('\n') + '\n');

for (const count of [1024, 4096]) {
  const neurons = Array.from({ length: count }, (_, uid) => ({
    hotkey: sha256(`hotkey ${uid}`),
    coldkey: sha256(`coldkey ${uid % (count / 4)}`),
    permit: uid % 16 === 0,
    stake: u64(`alpha_stake ${uid}`, 1 + (uid % 64)),
    active: uid % 3 === 0,
  }));
  writeFileSync(`subnet-${count}.scale.gz`, gzipSync(encode(stateOf(46, neurons, 128)), { level: 9 }));
}
