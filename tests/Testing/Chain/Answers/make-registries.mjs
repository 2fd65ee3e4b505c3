// Writes 400 random type registries with random values of their types: registries.jsonl.
import { writeFileSync } from 'node:fs';
import { TypeRegistry } from '@polkadot/types';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { Types, randomOf } from './registry-builder.mjs';

const Registries = 400;
const MaxDepth = 5;
const MaxBytes = 400;
const hex = (bytes) => u8aToHex(bytes).slice(2);
const integers = ['U8', 'U16', 'U32', 'U64', 'U128', 'U256', 'I8', 'I16', 'I32', 'I64', 'I128', 'I256'];
const unsigned = integers.slice(0, 5);
const texts = ['', 'a', 'subnet', 'Prüfung', '試験', '𝔘𝔫𝔦', 'x'.repeat(70), '\u0000\u007f'];

// A type refers to earlier types. Two kinds may also refer to later ones, and to themselves, because they have a finite value all the same:
// a variant of an enum that is not the first one, and a field of a composite that is a sequence.
function registryOf(random) {
  const t = new Types();
  const kinds = ['primitive', 'primitive'];
  const count = 6 + random.below(20);
  while (kinds.length < count) {
    kinds.push(random.oneOf(
      ['primitive', 'composite', 'composite', 'enum', 'enum', 'option', 'result', 'sequence', 'sequence', 'array', 'tuple', 'compact', 'newtype', 'bits', 'marker']));
  }

  const defs = [];
  const primitives = [...integers, 'Bool', 'Char', 'Str'];
  const intTypes = () => defs.flatMap((def, id) => (isCompactable(def, defs) ? [id] : []));
  const any = (id) => random.below(id);
  for (let id = 0; id < count; id++) {
    const add = (path, def, params = []) => { defs.push({ path, params, def, docs: random.below(8) ? [] : ['A comment.'] }); };
    const path = ['runtime', `T${id}`];
    const field = (type, at, isNamed) => ({
      name: isNamed ? `f${at}` : null, type, typeName: random.below(2) ? `Type${type}` : null, docs: [],
    });
    switch (id === 0 ? 'first' : kinds[id]) {
      case 'first':
        add([], { Primitive: random.oneOf(unsigned) });
        break;
      case 'primitive':
        add([], { Primitive: random.oneOf(primitives) });
        break;
      case 'marker':
        random.below(2) ? add(['runtime', `T${id}`], { Composite: { fields: [] } }) : add([], { Tuple: [] });
        break;
      case 'newtype':
        add(path, { Composite: { fields: [field(any(id), 0, false)] } });
        break;
      case 'composite': {
        const isNamed = random.below(3) > 0;
        const later = kinds.flatMap((kind, at) => (kind === 'sequence' && at > id ? [at] : []));
        const fields = Array.from({ length: 2 + random.below(4) }, (_, at) =>
          field(later.length && random.below(4) === 0 ? random.oneOf(later) : any(id), at, isNamed));
        add(path, { Composite: { fields } });
        break;
      }
      case 'enum': {
        const indices = random.shuffle([...new Set(Array.from({ length: 1 + random.below(5) }, () =>
          random.below(random.oneOf([4, 12, 256]))))]);
        add(path, {
          Variant: {
            variants: indices.map((index, at) => {
              const isNamed = random.below(2) === 0;
              const fields = Array.from({ length: random.below(4) }, (_, position) =>
                field(at > 0 && random.below(3) === 0 ? random.below(count) : any(id), position, isNamed));
              return { name: `V${index}`, fields, index, docs: [] };
            }),
          },
        });
        break;
      }
      case 'option': {
        const type = any(id);
        add(['Option'], {
          Variant: { variants: [
            { name: 'None', fields: [], index: 0, docs: [] }, { name: 'Some', fields: [field(type, 0, false)], index: 1, docs: [] },
          ] },
        }, [{ name: 'T', type }]);
        break;
      }
      case 'result': {
        const [ok, error] = [any(id), any(id)];
        add(['Result'], {
          Variant: { variants: [
            { name: 'Ok', fields: [field(ok, 0, false)], index: 0, docs: [] }, { name: 'Err', fields: [field(error, 0, false)], index: 1, docs: [] },
          ] },
        }, [{ name: 'T', type: ok }, { name: 'E', type: error }]);
        break;
      }
      case 'sequence':
        add([], { Sequence: { type: any(id) } });
        break;
      case 'array': {
        const type = any(id);
        add([], { Array: { len: random.oneOf('Primitive' in defs[type].def ? [1, 2, 5, 20, 32] : [1, 2, 3]), type } });
        break;
      }
      case 'tuple':
        add([], { Tuple: Array.from({ length: random.below(5) }, () => any(id)) });
        break;
      case 'compact':
        add([], { Compact: { type: random.oneOf(intTypes()) } });
        break;
      case 'bits': {
        // Its two parameters are types too.
        const [store, order] = [defs.findIndex((def) => def.def.Primitive === 'U8'), defs.findIndex((def) => def.path[0] === 'bitvec')];
        if (store >= 0 && order >= 0) add([], { BitSequence: { bitStoreType: store, bitOrderType: order } });
        else if (store < 0) add([], { Primitive: 'U8' });
        else add(['bitvec', 'order', random.oneOf(['Lsb0', 'Msb0'])], { Composite: { fields: [] } });
        break;
      }
    }
  }
  return defs;
}

const isCompactable = ({ def }, defs) =>
  unsigned.includes(def.Primitive) ||
  (def.Composite?.fields.length === 1 && def.Composite.fields[0].name === null && isCompactable(defs[def.Composite.fields[0].type], defs));

// A random value, in the form in which @polkadot/types takes it.
function valueOf(registry, defs, id, random, depth) {
  const { path, def } = defs[id];
  const [kind, content] = Object.entries(def)[0];
  const isDeep = depth >= MaxDepth;
  const inner = (type) => valueOf(registry, defs, type, random, depth + 1);
  const encode = (type) => registry.createTypeUnsafe(registry.createLookupType(type), [inner(type)]).toU8a();
  const fieldsOf = (fields) => {
    if (fields.length === 0) return null;
    if (fields[0].name !== null) return Object.fromEntries(fields.map(({ name, type }) => [name, inner(type)]));
    return fields.length === 1 ? inner(fields[0].type) : fields.map(({ type }) => inner(type));
  };
  switch (kind) {
    case 'Primitive':
      return primitiveOf(content, random);
    case 'Composite':
      return fieldsOf(content.fields);
    case 'Sequence': {
      const length = isDeep ? 0 : random.oneOf([0, 1, 2, 2, 70]);
      const isLong = length === 70 && !('Primitive' in defs[content.type].def || 'Tuple' in defs[content.type].def);
      const items = Array.from({ length: isLong ? 3 : length }, () => inner(content.type));
      return isByte(defs, content.type) ? u8aToHex(Uint8Array.from(items)) : items;
    }
    case 'Array': {
      const items = Array.from({ length: content.len }, () => inner(content.type));
      return isByte(defs, content.type) ? u8aToHex(Uint8Array.from(items)) : items;
    }
    case 'Tuple':
      return content.length === 0 ? null : content.length === 1 ? inner(content[0]) : content.map(inner);
    case 'Compact':
      return compactOf(defs, content.type, random);
    case 'BitSequence': {
      const bits = random.below(64);
      const bytes = Uint8Array.from({ length: Math.ceil(bits / 8) }, () => random.below(256));
      return new Uint8Array([bits << 2, ...bytes]);
    }
    case 'Variant': {
      const variant = isDeep ? content.variants[0] : random.oneOf(content.variants);
      // As bytes, because null would not tell apart None and Some(None), and @polkadot/types takes the bytes of a BitVec for the option's own.
      if (path[0] === 'Option') return variant.name === 'None' ? new Uint8Array([0]) : u8aConcat([1], encode(variant.fields[0].type));
      return { [variant.name]: fieldsOf(variant.fields) };
    }
  }
}

// Newtypes are what they contain.
function isByte(defs, id) {
  const { def } = defs[id];
  if (def.Primitive) return def.Primitive === 'U8';
  if (def.Tuple?.length === 1) return isByte(defs, def.Tuple[0]);
  const field = def.Composite?.fields.length === 1 ? def.Composite.fields[0] : null;
  return field !== null && field.name === null && isByte(defs, field.type);
}

function primitiveOf(name, random) {
  if (name === 'Bool') return random.below(2) === 1;
  if (name === 'Char') return random.oneOf([0, 0x41, 0xd7ff, 0xe000, 0x1f600, 0x10ffff]);
  if (name === 'Str') return random.oneOf(texts);
  const bits = Number(name.slice(1));
  const value = random.bits(1 + random.below(bits));
  const number = name[0] === 'U' ? value : BigInt.asIntN(bits, value);
  return bits > 32 ? number : Number(number);
}

function compactOf(defs, id, random) {
  const { def } = defs[id];
  if (!def.Primitive) return compactOf(defs, def.Composite.fields[0].type, random);
  const max = 2n ** BigInt(def.Primitive.slice(1)) - 1n;
  const value = random.oneOf([0n, 1n, 63n, 64n, 16383n, 16384n, 2n ** 30n - 1n, 2n ** 30n, 2n ** 64n, max, random.bits(128)]);
  return value > max ? max : value;
}

const random = randomOf(15);
const lines = [];
let cases = 0;
while (lines.length < Registries) {
  const defs = registryOf(random);
  const registry = new TypeRegistry();
  const portable = registry.createType('PortableRegistry', { types: defs.map((type, id) => ({ id, type })) });
  registry.setLookup(portable);
  const values = [];
  for (let id = 0; id < defs.length; id++) {
    const count = Object.keys(defs[id].def)[0] === 'Primitive' ? 1 : 3;
    const found = new Set();
    for (let i = 0; i < count; i++) {
      const type = registry.createLookupType(id);
      const value = registry.createTypeUnsafe(type, [valueOf(registry, defs, id, random, 0)]).toU8a();
      if (value.length > MaxBytes || found.has(hex(value))) continue;
      found.add(hex(value));
      const again = registry.createTypeUnsafe(type, [value]);
      if (value.length > 0 && hex(again.toU8a()) !== hex(value)) {
        throw new Error(`registry ${lines.length}, type ${id} (${JSON.stringify(defs[id])}): ${hex(value)} is read as ${hex(again.toU8a())}`);
      }
      values.push({ type: id, value: hex(value) });
    }
  }
  cases += values.length;
  lines.push(JSON.stringify({ types: hex(portable.toU8a()), cases: values }));
}
writeFileSync('registries.jsonl', lines.join('\n') + '\n');
console.log(`${Registries} registries, ${cases} values`);
