// Writes storage.json: the storage of a subnet as a node of runtime 218 has it, and the neurons that follow from it. The keys and values
// are encoded by @polkadot/types with that runtime's own metadata; the stakes are computed here with exact fractions.
//   npm ci && npm run make
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Metadata, TypeRegistry, expandMetadata } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, encodeAddress } from '@polkadot/util-crypto';

await cryptoWaitReady();

const registry = new TypeRegistry();
const answer = gunzipSync(readFileSync('subtensor-218-metadata-v15.scale.gz'));
const metadata = new Metadata(registry, registry.createType('Option<Bytes>', answer).unwrap().toHex());
registry.setMetadata(metadata);
const { query } = expandMetadata(registry, metadata);
const maps = query.subtensorModule;

const netuid = 46;
const account = (text) => createHash('sha256').update(text).digest();
const all = (1n << 64n) - 1n;

// More than one call's worth of keys, and shares of every kind.
const count = 250;
const hotkeys = Array.from({ length: count }, (_, uid) => account(`hotkey ${uid}`));
const outside = account('a parent that is not registered');
const own = hotkeys.map((_, uid) => (uid % 7 === 0 ? 0n : BigInt(uid) * 1_000_000_007n));
const alphaOutside = 5_000_000_000_000n;
const children = new Map([
  [10, [[all / 2n, hotkeys[11]]]],
  [12, [[all, hotkeys[13]]]],
  [20, [[1n, hotkeys[21]], [all / 3n, hotkeys[22]]]],
]);
const parents = new Map([
  [11, [[all / 2n, hotkeys[10]]]],
  [13, [[all, hotkeys[12]]]],
  [21, [[1n, hotkeys[20]]]],
  [22, [[all / 3n, hotkeys[20]]]],
  [30, [[all / 4n, outside], [all / 5n, hotkeys[31]]]],
]);
const alphaOf = (key) => (key.equals(outside) ? alphaOutside : own[hotkeys.findIndex((hotkey) => hotkey.equals(key))]);
const stakeOf = (uid) => {
  const passed = (children.get(uid) ?? []).reduce((sum, [share]) => sum + (own[uid] * share + all - 1n) / all, 0n);
  const received = (parents.get(uid) ?? []).reduce((sum, [share, parent]) => sum + (alphaOf(parent) * share) / all, 0n);
  return (own[uid] > passed ? own[uid] - passed : 0n) + received;
};
const permits = hotkeys.map((_, uid) => uid % 3 === 0);

const pairs = [];
const entry = (map, ...keys) => u8aToHex(registry.createType('StorageKey', [map, keys]).toU8a(true));
const add = (map, keys, type, value) => pairs.push([entry(map, ...keys), u8aToHex(registry.createType(type, value).toU8a())]);
add(maps.networksAdded, [netuid], 'bool', true);
add(maps.validatorPermit, [netuid], 'Vec<bool>', permits);
hotkeys.forEach((hotkey, uid) => {
  add(maps.keys, [netuid, uid], 'AccountId', hotkey);
  add(maps.owner, [hotkey], 'AccountId', account(`coldkey ${uid % 50}`));
  if (own[uid] > 0n) {
    add(maps.totalHotkeyAlpha, [hotkey, netuid], 'u64', own[uid]);
  }
  if (children.has(uid)) {
    add(maps.childKeys, [hotkey, netuid], 'Vec<(u64, AccountId)>', children.get(uid));
  }
  if (parents.has(uid)) {
    add(maps.parentKeys, [hotkey, netuid], 'Vec<(u64, AccountId)>', parents.get(uid));
  }
});
add(maps.totalHotkeyAlpha, [outside, netuid], 'u64', alphaOutside);

// Another subnet's values must not be read.
add(maps.networksAdded, [47], 'bool', true);
add(maps.totalHotkeyAlpha, [hotkeys[7], 47], 'u64', 9_000_000_000_000n);

writeFileSync('storage.json', JSON.stringify({
  netuid,
  pairs,
  neurons: hotkeys.map((hotkey, uid) => ({
    uid, hotkey: encodeAddress(hotkey, 42), coldkey: encodeAddress(account(`coldkey ${uid % 50}`), 42), permit: permits[uid], stake: stakeOf(uid).toString(), active: false,
  })),
}) + '\n');
