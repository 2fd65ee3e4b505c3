// Writes the metadata of real chains that @polkadot/types-support has: polkadot-v15.scale.gz and polkadot-v14.scale.gz, and beside each what
// @polkadot/types reads in it.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Metadata, TypeRegistry } from '@polkadot/types';
import v14 from '@polkadot/types-support/metadata/v14/polkadot-hex';
import v15 from '@polkadot/types-support/metadata/v15/polkadot-hex';

for (const [name, answer] of [['polkadot-v14', v14], ['polkadot-v15', v15]]) {
  const registry = new TypeRegistry();
  // Version 15 is there as the answer of a node: an option of bytes.
  const answered = Buffer.from(answer.slice(2), 'hex');
  const bytes = name === 'polkadot-v15' ? Buffer.from(registry.createType('Option<Bytes>', answered).unwrap()) : answered;
  const metadata = new Metadata(registry, `0x${bytes.toString('hex')}`);
  const { lookup, pallets, apis } = metadata.version === 15 ? metadata.asV15 : { ...fieldsOf(metadata.asV14), apis: [] };
  const kinds = {};
  for (const { type } of lookup.types) kinds[type.def.type.toLowerCase()] = (kinds[type.def.type.toLowerCase()] ?? 0) + 1;
  writeFileSync(`${name}.scale.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${name}.json`, JSON.stringify({
    version: metadata.version,
    types: lookup.types.length,
    kinds,
    methods: [...apis].flatMap((api) => [...api.methods].map((method) => ({
      api: api.name.toString(), name: method.name.toString(), inputs: method.inputs.map(({ type }) => type.toNumber()), output: method.output.toNumber(),
    }))),
    storage: [...pallets].flatMap((pallet) => (pallet.storage.isNone ? [] : [...pallet.storage.unwrap().items].map((item) => ({
      pallet: pallet.name.toString(),
      prefix: pallet.storage.unwrap().prefix.toString(),
      name: item.name.toString(),
      modifier: item.modifier.toString(),
      hashers: item.type.isMap ? item.type.asMap.hashers.map(String) : [],
      key: item.type.isMap ? item.type.asMap.key.toNumber() : null,
      value: (item.type.isMap ? item.type.asMap.value : item.type.asPlain).toNumber(),
    })))),
  }).replaceAll('},{', '},\n{') + '\n');
  console.log(`${name}: ${bytes.length} bytes, ${lookup.types.length} types`);
}

function fieldsOf({ lookup, pallets }) {
  return { lookup, pallets };
}
