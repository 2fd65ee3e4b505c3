// Writes what nodes of runtimes with other layouts of SubnetState would answer: runtimes.jsonl. Each line has the metadata, as the node
// answers Metadata_metadata_at_version(15), the state of netuid 46 in that layout, and what a reader must make of it.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Metadata, TypeRegistry } from '@polkadot/types';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, encodeAddress } from '@polkadot/util-crypto';
import { Types, randomOf } from './registry-builder.mjs';

await cryptoWaitReady();

const Netuid = 46;
const sha256 = (text) => createHash('sha256').update(text).digest();
const hex = (bytes) => u8aToHex(bytes).slice(2);

const people = [
  { permit: true, stake: 30000500000000n, active: true },
  { permit: false, stake: 0n, active: false },
  { permit: true, stake: 2n ** 64n - 1n, active: false },
  { permit: false, stake: 63n, active: true },
  { permit: false, stake: 2n ** 30n, active: true },
].map((neuron, uid) => ({ ...neuron, hotkey: sha256(`hotkey ${uid}`), coldkey: sha256(`coldkey ${uid % 3}`) }));
const poor = people.map((neuron, uid) => ({ ...neuron, stake: BigInt(uid) * 1_000_000_000n }));

const bytesOf = (key) => u8aToHex(key);
const numbers = (name, bits) => (state) => state.neurons.map((_, uid) => sha256(`${name} ${uid}`).readBigUInt64LE() >> BigInt(64 - 1 - ((uid * 7) % bits)));
const compact = (name, bits) => ({ name, type: (t) => t.sequence(t.compact(t.primitive(`U${bits}`))), typeName: `Vec<Compact<u${bits}>>`, value: numbers(name, bits) });

// The layout of today.
const today = () => [
  { name: 'netuid', type: (t) => t.compact(t.primitive('U16')), typeName: 'Compact<u16>', value: (s) => s.netuid },
  { name: 'hotkeys', type: (t) => t.sequence(t.account()), typeName: 'Vec<AccountId>', value: (s) => s.neurons.map((n) => bytesOf(n.hotkey)) },
  { name: 'coldkeys', type: (t) => t.sequence(t.account()), typeName: 'Vec<AccountId>', value: (s) => s.neurons.map((n) => bytesOf(n.coldkey)) },
  { name: 'active', type: (t) => t.sequence(t.primitive('Bool')), typeName: 'Vec<bool>', value: (s) => s.neurons.map((n) => n.active) },
  { name: 'validator_permit', type: (t) => t.sequence(t.primitive('Bool')), typeName: 'Vec<bool>', value: (s) => s.neurons.map((n) => n.permit) },
  compact('pruning_score', 16), compact('last_update', 64), compact('emission', 64), compact('dividends', 16), compact('incentives', 16),
  compact('consensus', 16), compact('trust', 16), compact('rank', 16), compact('block_at_registration', 64),
  { ...compact('alpha_stake', 64), value: (s) => s.neurons.map((n) => n.stake) },
  compact('tao_stake', 64), compact('total_stake', 64),
  {
    name: 'emission_history', type: (t) => t.sequence(t.sequence(t.compact(t.primitive('U64')))), typeName: 'Vec<Vec<Compact<u64>>>',
    value: (s) => [0, 1, 2].map((subnet) => s.neurons.map((_, uid) => (subnet + uid) % 3 === 0 ? 0n : BigInt(subnet * 1000 + uid))),
  },
];
const needed = ['hotkeys', 'coldkeys', 'validator_permit', 'alpha_stake'];
const known = today().map(({ name }) => name);

// Fields that no runtime has today.
const added = {
  numbers: { name: 'bonds_penalty', type: (t) => t.sequence(t.primitive('U32')), value: () => [1, 70000, 4294967295] },
  struct: {
    name: 'parameters',
    type: (t) => t.composite('pallet_subtensor::Parameters', [
      { name: 'tempo', type: t.primitive('U16'), typeName: 'u16' },
      { name: 'limits', type: t.tuple(t.primitive('U8'), t.array(3, t.primitive('U64'))), typeName: '(u8, [u64; 3])' },
      { name: 'nothing', type: t.composite('core::marker::PhantomData', []), typeName: 'PhantomData<T>' },
    ]),
    value: () => ({ tempo: 360, limits: [7, [1, 2, 3]], nothing: null }),
  },
  enumeration: {
    name: 'mechanism',
    type: (t) => t.variant('pallet_subtensor::Mechanism', [
      { name: 'Stable', index: 0 },
      { name: 'Dynamic', index: 5, fields: [{ name: 'alpha', type: t.primitive('U128') }, { name: 'name', type: t.primitive('Str') }] },
      { name: 'Linked', index: 9, fields: [{ type: t.compact(t.primitive('U32')) }, { type: t.option(t.primitive('Bool')) }] },
    ]),
    value: () => ({ Dynamic: { alpha: 2n ** 100n, name: 'dynamic' } }),
  },
  owners: {
    name: 'stake_claims',
    type: (t) => t.sequence(t.option(t.tuple(t.account(), t.primitive('U64')))),
    value: (s) => [[bytesOf(s.neurons[0]?.hotkey ?? sha256('nobody')), 1n], null, [bytesOf(sha256('somebody')), 2n ** 64n - 1n]],
  },
  bits: { name: 'commit_reveal', type: (t) => t.bits(), value: () => new Uint8Array([19 << 2, 0xaa, 0x55, 0x03]) },
  text: { name: 'subnet_name', type: (t) => t.primitive('Str'), value: () => 'Prüfung 試験' },
  wide: { name: 'moving_price', type: (t) => t.primitive('U256'), value: () => 2n ** 200n + 1n },
  signed: { name: 'balance', type: (t) => t.primitive('I128'), value: () => -5n },
};

// A change takes the runtime's description and returns the changed one.
const field = (name, change) => (runtime) => ({
  ...runtime, fields: runtime.fields.map((one) => (one.name === name ? { ...one, typeName: null, ...change(one) } : one)),
});
const append = (...more) => (runtime) => ({ ...runtime, fields: [...runtime.fields, ...more] });
const insert = (at, ...more) => (runtime) => ({ ...runtime, fields: [...runtime.fields.slice(0, at), ...more, ...runtime.fields.slice(at)] });
const remove = (...names) => (runtime) => ({ ...runtime, fields: runtime.fields.filter(({ name }) => !names.includes(name)) });
const reorder = (seed) => (runtime) => ({ ...runtime, fields: randomOf(seed).shuffle(runtime.fields) });
const withNeurons = (neurons) => (runtime) => ({ ...runtime, neurons });
const all = (...changes) => (runtime) => changes.reduce((changed, change) => change(changed), runtime);
const everyField = (change) => (runtime) => ({ ...runtime, fields: runtime.fields.map((one) => ({ ...one, ...change(one) })) });
const wrap = (outer) => (one) => ({ type: (t) => outer(t, one.type(t)) });
const newtypes = { alpha_stake: 'AlphaCurrency', tao_stake: 'TaoCurrency', total_stake: 'TaoCurrency', emission: 'AlphaCurrency' };
const listOf = (type) => ({ type: (t) => t.sequence(type(t)) });

const plain = everyField(({ name, typeName, type }) => {
  const bits = typeName?.match(/Compact<u(\d+)>/)?.[1];
  if (!bits) return {};
  const depth = typeName.split('Vec<').length - 1;
  const typeOf = (t) => Array.from({ length: depth }).reduce((inner) => t.sequence(inner), t.primitive(`U${bits}`));
  return { type: bits ? typeOf : type, typeName: null };
});
const currencies = all(
  field('netuid', () => ({ type: (t) => t.compact(t.newtype('subtensor_runtime_common::NetUid', t.primitive('U16'))) })),
  ...Object.entries(newtypes).map(([name, newtype]) => field(name, () =>
    listOf((t) => t.compact(t.newtype(`subtensor_runtime_common::${newtype}`, t.primitive('U64')))))));
const rawKeys = all(...['hotkeys', 'coldkeys'].map((name) => field(name, () => listOf((t) => t.array(32, t.primitive('U8'))))));
const bounded = all(...['hotkeys', 'coldkeys', 'active', 'validator_permit', 'alpha_stake', 'rank'].map((name) =>
  field(name, wrap((t, list) => t.newtype('bounded_collections::bounded_vec::BoundedVec', list, [{ name: 'S', type: null }])))));
const alphaAs = (type) => field('alpha_stake', () => listOf(type));
const optionalStakes = all(
  alphaAs((t) => t.option(t.compact(t.primitive('U64')))),
  (runtime) => ({ ...runtime, neurons: runtime.neurons.map((n, uid) => (uid % 2 ? { ...n, stake: 0n, hasNoStake: true } : n)) }),
  field('alpha_stake', (one) => ({ ...one, value: (s) => s.neurons.map((n) => (n.hasNoStake ? null : n.stake)) })));
const optionalPermits = all(
  field('validator_permit', () => listOf((t) => t.option(t.primitive('Bool')))),
  field('validator_permit', (one) => ({ ...one, value: (s) => s.neurons.map((n, uid) => (n.permit || uid % 2 ? n.permit : null)) })));
const someList = (name) => field(name, wrap((t, list) => t.option(list)));
const bare = (runtime) => ({ ...runtime, output: (t, state) => state, wrapsAnswer: false });
const bytes = (runtime) => ({ ...runtime, output: (t) => t.sequence(t.primitive('U8')), isBytes: true });
const missing = (runtime) => ({ ...runtime, isMissing: true, error: 'no subnet' });
const refused = (error, ...changes) => (runtime) => ({ ...all(...changes)(runtime), error });
const rename = (name, to) => (runtime) => ({ ...runtime, fields: runtime.fields.map((one) => (one.name === name ? { ...one, name: to } : one)) });
const unneeded = known.filter((name) => !needed.includes(name));
const otherValue = (name, value) => field(name, (one) => ({ type: one.type, value }));

const readable = {
  'today': all(),
  'added at the end: list of numbers': append(added.numbers),
  'added at the end: struct': append(added.struct),
  'added at the end: enum with data': append(added.enumeration),
  'added at the end: list of options of tuples': append(added.owners),
  'added at the end: bits': append(added.bits),
  'added at the end: text': append(added.text),
  'added at the end: u256': append(added.wide),
  'added at the end: i128': append(added.signed),
  'added at the end: a field without content': append({ name: 'marker', type: (t) => t.composite('core::marker::PhantomData', []), value: () => null }),
  'added in the middle': insert(9, added.numbers),
  'added in the middle of the needed ones': insert(4, added.owners, added.text),
  'added at the beginning': insert(0, added.struct),
  'everything that can be added': append(...Object.values(added)),
  'another order': reorder(1),
  'another order, reversed': (runtime) => ({ ...runtime, fields: [...runtime.fields].reverse() }),
  'unneeded fields removed': remove(...unneeded),
  'active removed': remove('active'),
  'netuid removed': remove('netuid'),
  'plain integers': plain,
  'alpha_stake as Compact<u128>': alphaAs((t) => t.compact(t.primitive('U128'))),
  'alpha_stake as u128': alphaAs((t) => t.primitive('U128')),
  'alpha_stake as u64': alphaAs((t) => t.primitive('U64')),
  'alpha_stake as u32': all(alphaAs((t) => t.primitive('U32')), withNeurons(poor)),
  'alpha_stake as Compact<u32>': all(alphaAs((t) => t.compact(t.primitive('U32'))), withNeurons(poor)),
  'newtypes of integers': currencies,
  'newtypes of plain integers': all(
    field('netuid', () => ({ type: (t) => t.newtype('subtensor_runtime_common::NetUid', t.primitive('U16')) })),
    alphaAs((t) => t.newtype('subtensor_runtime_common::AlphaCurrency', t.primitive('U64')))),
  'newtype of a newtype of an integer': alphaAs((t) => t.compact(
    t.newtype('subtensor_runtime_common::Stake', t.newtype('subtensor_runtime_common::AlphaCurrency', t.primitive('U64'))))),
  'keys as bytes': rawKeys,
  'bounded lists': bounded,
  'list of permits as an option': someList('validator_permit'),
  'lists of everything needed as options': all(...needed.map(someList)),
  'stakes as options': optionalStakes,
  'permits as options': optionalPermits,
  'no option around the state': bare,
  'bytes around the state': bytes,
  'bytes around the state, of which the registry knows the type': (runtime) => ({ ...bytes(runtime), keepsStateType: true }),
  'bytes around a known type in another order with more fields': all(
    (runtime) => ({ ...bytes(runtime), keepsStateType: true }), append(added.numbers, added.struct), reorder(8)),
  'an argument of a newtype': (runtime) => ({
    ...runtime, inputs: (t) => [{ name: 'netuid', type: t.newtype('subtensor_runtime_common::NetUid', t.primitive('U16')) }],
  }),
  'no neurons': withNeurons([]),
  'no neurons in another order with more fields': all(withNeurons([]), append(added.enumeration, added.bits), reorder(2)),
  'runtime 343 with more fields': all(currencies, append(added.numbers, added.struct)),
  'plain integers in another order': all(plain, reorder(3)),
  'newtypes and bounded lists in another order': all(currencies, bounded, reorder(4)),
  'keys as bytes, plain integers, no option': all(rawKeys, plain, bare),
  'only what is needed, in another order': all(remove(...unneeded), reorder(5)),
  'only what is needed, with everything added': all(remove(...unneeded), append(...Object.values(added)), reorder(6)),
  'optional stakes and permits, netuid and active removed': all(optionalStakes, optionalPermits, remove('netuid', 'active'), reorder(7)),
  'wide stakes between new fields': all(alphaAs((t) => t.primitive('U128')), insert(14, added.text), insert(16, added.signed, added.wide)),
  'everything at once': all(
    rawKeys, currencies, bounded, optionalPermits, remove('rank', 'trust', 'pruning_score'), append(...Object.values(added)), reorder(8), bare),
  'missing subnet': missing,
  'missing subnet with more fields': all(missing, append(added.struct)),
  'missing subnet in bytes': all(missing, bytes),
};

const unreadable = {
  ...Object.fromEntries(needed.map((name) => [`${name} removed`, refused(name, remove(name))])),
  ...Object.fromEntries(needed.map((name) => [`${name} renamed`, refused(name, rename(name, `${name}_v2`))])),
  'alpha_stake in camel case': refused('alpha_stake', rename('alpha_stake', 'alphaStake')),
  'validator_permit as numbers': refused('validator_permit', field('validator_permit', () => listOf((t) => t.primitive('U64'))),
    otherValue('validator_permit', (s) => s.neurons.map((n) => (n.permit ? 1 : 0)))),
  'validator_permit as bits': refused('validator_permit', field('validator_permit', () =>
    ({ type: (t) => t.bits(), value: () => new Uint8Array([5 << 2, 0b00101]) }))),
  'alpha_stake as flags': refused('alpha_stake', alphaAs((t) => t.primitive('Bool')), otherValue('alpha_stake', (s) => s.neurons.map((n) => n.permit))),
  'alpha_stake as signed numbers': refused('alpha_stake', withNeurons(poor), alphaAs((t) => t.primitive('I64'))),
  'alpha_stake as fixed-point numbers': refused('alpha_stake', alphaAs((t) =>
    t.newtype('sp_arithmetic::fixed_point::FixedU128', t.primitive('U128')))),
  'alpha_stake as binary fixed-point numbers': refused('alpha_stake', alphaAs((t) =>
    t.composite('substrate_fixed::FixedU128', [{ name: 'bits', type: t.primitive('U128'), typeName: 'u128' }])),
  otherValue('alpha_stake', (s) => s.neurons.map((n) => ({ bits: n.stake })))),
  'alpha_stake in tao': refused('alpha_stake', alphaAs((t) => t.newtype('subtensor_runtime_common::TaoCurrency', t.primitive('U64')))),
  'alpha_stake in compact tao': refused('alpha_stake', alphaAs((t) =>
    t.compact(t.newtype('subtensor_runtime_common::TaoCurrency', t.primitive('U64'))))),
  'alpha_stake as one number': refused('alpha_stake', field('alpha_stake', () => ({ type: (t) => t.compact(t.primitive('U64')), value: () => 5n }))),
  'hotkeys of 33 bytes': refused('hotkeys', field('hotkeys', () => listOf((t) => t.array(33, t.primitive('U8')))),
    otherValue('hotkeys', (s) => s.neurons.map((n) => u8aToHex(u8aConcat(n.hotkey, [0]))))),
  'hotkeys of 20 bytes': refused('hotkeys', field('hotkeys', () => listOf((t) => t.array(20, t.primitive('U8')))),
    otherValue('hotkeys', (s) => s.neurons.map((n) => u8aToHex(n.hotkey.subarray(0, 20))))),
  'hotkeys as hashes': refused('hotkeys', field('hotkeys', () => listOf((t) => t.newtype('primitive_types::H256', t.array(32, t.primitive('U8')))))),
  'coldkeys as numbers': refused('coldkeys', field('coldkeys', () => listOf((t) => t.primitive('U64'))),
    otherValue('coldkeys', (s) => s.neurons.map((_, uid) => uid))),
  'coldkeys as one key': refused('coldkeys', field('coldkeys', () => ({ type: (t) => t.account(), value: () => bytesOf(people[0].coldkey) }))),
  'alpha_stake twice': refused('alpha_stake', append(today().find(({ name }) => name === 'alpha_stake'))),
  'hotkeys twice': refused('hotkeys', insert(0, today().find(({ name }) => name === 'hotkeys'))),
  'a stake of more than 64 bits': refused('alpha_stake', alphaAs((t) => t.primitive('U128')),
    withNeurons(people.map((n, uid) => (uid === 3 ? { ...n, stake: 2n ** 64n } : n)))),
  'a compact stake of more than 64 bits': refused('alpha_stake', alphaAs((t) => t.compact(t.primitive('U128'))),
    withNeurons(people.map((n, uid) => (uid === 4 ? { ...n, stake: 2n ** 127n } : n)))),
  'coldkeys one short': refused('coldkeys', otherValue('coldkeys', (s) => s.neurons.slice(1).map((n) => bytesOf(n.coldkey)))),
  'validator_permit one short': refused('validator_permit', otherValue('validator_permit', (s) => s.neurons.slice(1).map((n) => n.permit))),
  'validator_permit empty': refused('validator_permit', otherValue('validator_permit', () => [])),
  'alpha_stake one long': refused('alpha_stake', otherValue('alpha_stake', (s) => [...s.neurons.map((n) => n.stake), 1n])),
  'alpha_stake one short in another order': refused('alpha_stake', otherValue('alpha_stake', (s) => s.neurons.slice(1).map((n) => n.stake)), reorder(9)),
  'another netuid': refused('netuid', otherValue('netuid', () => 47)),
  'another netuid in another order': refused('netuid', otherValue('netuid', () => 47), reorder(10)),
  'no such method': refused('get_subnet_state', (runtime) => ({ ...runtime, method: 'get_subnet_states' })),
  'no such interface': refused('SubnetInfoRuntimeApi', (runtime) => ({ ...runtime, api: 'SubnetRuntimeApi' })),
  'two arguments': refused('get_subnet_state', (runtime) => ({
    ...runtime, inputs: (t) => [{ name: 'netuid', type: t.primitive('U16') }, { name: 'mechanism', type: t.primitive('U8') }],
  })),
  'no argument': refused('get_subnet_state', (runtime) => ({ ...runtime, inputs: () => [] })),
  'a result': refused('get_subnet_state', (runtime) => ({
    ...runtime, output: (t, state) => t.result(state, t.variant('sp_runtime::DispatchError', [{ name: 'Other', index: 0 }])), wrapsAnswer: 'Ok',
  })),
};

// Random combinations of what can be read.
const random = randomOf(46);
for (let i = 0; i < 24; i++) {
  const changes = [
    random.oneOf([all(), currencies, plain]),
    random.oneOf([all(), rawKeys]),
    random.oneOf([all(), optionalPermits]),
    random.oneOf([all(), bounded, all(...needed.slice(0, 2).map(someList))]),
    random.oneOf([all(), remove(...random.shuffle(unneeded).slice(0, 1 + random.below(unneeded.length)))]),
    append(...random.shuffle(Object.values(added)).slice(0, random.below(5))),
    random.oneOf([all(), reorder(100 + i)]),
    random.oneOf([all(), bare]),
  ];
  readable[`combination ${i + 1}`] = all(...changes);
}

const start = { fields: today(), neurons: people, netuid: Netuid, error: null, wrapsAnswer: 'Some', api: 'SubnetInfoRuntimeApi', method: 'get_subnet_state' };

function write([name, change], at) {
  const runtime = change(start);
  const { types, state, metadata, fields } = metadataOf(runtime, at);
  const answer = answerOf(runtime, types, fields);
  const call = u8aConcat(new TextEncoder().encode('meta'), [15], metadata);
  const registry = check(runtime, call, state, answer, name);
  const read = runtime.error === null;
  const hasActive = runtime.fields.some((one) => one.name === 'active');
  return JSON.stringify({
    name,
    spec_version: 400 + at,
    netuid: Netuid,
    metadata: hex(registry.createType('Option<Bytes>', u8aToHex(call)).toU8a()),
    answer: hex(answer),
    neurons: read
      ? runtime.neurons.map(({ hotkey, coldkey, permit, stake, active }, uid) => ({
        uid, hotkey: encodeAddress(hotkey, 42), coldkey: encodeAddress(coldkey, 42), permit, stake: stake.toString(), active: hasActive && active,
      }))
      : null,
    error: runtime.error,
    unknown: runtime.isBytes && !runtime.keepsStateType ? [] : runtime.fields.map((one) => one.name).filter((one) => !known.includes(one)),
  });
}

// The types in an order of their own for each runtime, with a few others between them.
function metadataOf(runtime, at) {
  const t = new Types();
  const noise = (index) => t.variant(`pallet_noise${index}::pallet::Call`, [
    { name: 'remark', index: 0, fields: [{ name: 'remark', type: t.sequence(t.primitive('U8')), typeName: 'Vec<u8>' }] },
    { name: 'transfer', index: 3, fields: [{ name: 'dest', type: t.account() }, { name: 'value', type: t.compact(t.primitive('U128')) }] },
  ]);
  for (let i = 0; i < at % 5; i++) noise(i);
  const isHidden = runtime.isBytes && !runtime.keepsStateType;
  const fields = runtime.fields.map((one) => ({ name: one.name, type: one.type(t), typeName: one.typeName ?? null, value: one.value }));
  const state = isHidden ? null : t.composite(
    'pallet_subtensor::rpc_info::show_subnet::SubnetState', fields.map(({ name, type, typeName }) => ({ name, type, typeName })),
    [{ name: 'AccountId', type: t.account() }]);
  const output = (runtime.output ?? ((types, inner) => types.option(inner)))(t, state);
  const inputs = (runtime.inputs ?? ((types) => [{ name: 'netuid', type: types.primitive('U16') }]))(t);
  const u64 = t.primitive('U64');
  const accountInfo = t.composite('frame_system::AccountInfo', [
    { name: 'nonce', type: t.primitive('U32'), typeName: 'Nonce' }, { name: 'data', type: t.tuple(u64, t.primitive('U128')), typeName: 'AccountData' },
  ]);
  const unit = t.tuple();
  const isRich = at % 3 === 0;
  const docs = isRich ? ['Made for tests.'] : [];
  const pallets = [
    {
      name: 'System', calls: null, events: isRich ? { type: noise(7) } : null, errors: null, index: 0, docs,
      constants: isRich ? [{ name: 'BlockHashCount', type: t.primitive('U32'), value: '0x60090000', docs }] : [],
      storage: {
        prefix: 'System',
        items: [{
          name: 'Account', modifier: 'Default', fallback: '0x' + '00'.repeat(28), docs,
          type: { Map: { hashers: ['Blake2_128Concat'], key: t.account(), value: accountInfo } },
        }],
      },
    },
    {
      name: 'Timestamp', calls: isRich ? { type: noise(8) } : null, events: null, errors: null, index: 2, docs: [], constants: [],
      storage: { prefix: 'Timestamp', items: [{ name: 'Now', modifier: 'Default', fallback: '0x' + '00'.repeat(8), docs: [], type: { Plain: u64 } }] },
    },
    { name: 'Utility', storage: null, calls: null, events: null, errors: null, index: 11, docs: [], constants: [] },
  ];
  const apis = [
    { name: 'Core', docs, methods: [{ name: 'version', inputs: [], output: t.primitive('U32'), docs }] },
    {
      name: runtime.api, docs: [],
      methods: [
        { name: 'get_subnets_info', inputs: [], output: t.sequence(t.option(t.primitive('U16'))), docs: [] },
        { name: runtime.method, inputs, output, docs },
      ],
    },
  ];
  const registry = new TypeRegistry();
  const metadata = registry.createType('MetadataV15', {
    pallets,
    extrinsic: {
      version: 4, addressType: t.account(), callType: noise(9), signatureType: t.array(64, t.primitive('U8')), extraType: unit,
      signedExtensions: isRich ? [{ identifier: 'CheckNonce', type: t.compact(t.primitive('U32')), additionalSigned: unit }] : [],
    },
    type: unit,
    apis,
    outerEnums: { callType: noise(9), eventType: noise(9), errorType: noise(9) },
    custom: { map: new Map(isRich ? [['made_for', { type: t.primitive('U8'), value: '0x01' }]] : []) },
    // The last one, because the members before it add types.
    lookup: { types: t.portable() },
  });
  return { types: t, state, metadata: metadata.toU8a(), fields };
}

// Field by field, so that a field can occur twice.
function answerOf(runtime, types, fields) {
  const registry = new TypeRegistry();
  registry.setLookup(registry.createType('PortableRegistry', { types: types.portable() }));
  const state = { netuid: runtime.netuid, neurons: runtime.neurons };
  const content = runtime.isMissing
    ? [0]
    : u8aConcat(...fields.map(({ type, value }) => encode(registry, type, value(state))));
  const wrapped = runtime.isMissing || runtime.wrapsAnswer === false ? content : u8aConcat([runtime.wrapsAnswer === 'Ok' ? 0 : 1], content);
  return runtime.isBytes ? registry.createType('Bytes', u8aToHex(new Uint8Array(wrapped))).toU8a() : new Uint8Array(wrapped);
}

const encode = (registry, id, value) => registry.createTypeUnsafe(registry.createLookupType(id), [value]).toU8a();

// @polkadot/types reads its own metadata, and finds in it the answer that it encoded.
function check(runtime, call, state, answer, name) {
  const registry = new TypeRegistry();
  const metadata = new Metadata(registry, u8aToHex(call)).asV15;
  if (hex(metadata.toU8a()) !== hex(call.subarray(5))) throw new Error(`${name}: the metadata is read differently`);
  registry.setLookup(metadata.lookup);
  const method = metadata.apis.find((api) => api.name.eq(runtime.api)).methods.find((one) => one.name.eq(runtime.method));
  const names = runtime.fields.map((one) => one.name);
  if (new Set(names).size === names.length) {
    const decoded = registry.createTypeUnsafe(registry.createLookupType(method.output), [answer]);
    if (hex(decoded.toU8a()) !== hex(answer)) throw new Error(`${name}: the answer is read differently`);
    if (state !== null && !runtime.isMissing && !runtime.isBytes && runtime.error === null) {
      compare(runtime.wrapsAnswer === false ? decoded : decoded.unwrap(), runtime.neurons, name);
    }
  }
  return registry;
}

// What @polkadot/types reads is what was to be written. It gives fields names in camel case.
function compare(state, neurons, name) {
  const unwrap = (value) => ('isNone' in value ? (value.isNone ? null : value.unwrap()) : value);
  const list = (field) => [...unwrap(state.get(field))].map(unwrap);
  const read = {
    hotkeys: list('hotkeys').map((key) => hex(key.toU8a())),
    coldkeys: list('coldkeys').map((key) => hex(key.toU8a())),
    permits: list('validatorPermit').map((flag) => flag?.isTrue ?? false),
    stakes: list('alphaStake').map((stake) => (stake?.toBigInt() ?? 0n).toString()),
  };
  const expected = {
    hotkeys: neurons.map((n) => hex(n.hotkey)), coldkeys: neurons.map((n) => hex(n.coldkey)),
    permits: neurons.map((n) => n.permit), stakes: neurons.map((n) => n.stake.toString()),
  };
  if (JSON.stringify(read) !== JSON.stringify(expected)) throw new Error(`${name}: ${JSON.stringify(read)}, not ${JSON.stringify(expected)}`);
}

const lines = [...Object.entries(readable), ...Object.entries(unreadable)].map(write);
writeFileSync('runtimes.jsonl', lines.join('\n') + '\n');
console.log(`${lines.length} runtimes, ${Object.keys(readable).length} of them readable`);
