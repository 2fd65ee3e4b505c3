// Builds a runtime's type registry, as the Rust crate scale-info writes it, for make-runtimes.mjs.

/** Types by id. A type that was added before with the same content has the same id. */
export class Types {
  list = [];
  #ids = new Map();

  add(path, params, def) {
    const key = JSON.stringify([path, params, def]);
    if (!this.#ids.has(key)) {
      this.#ids.set(key, this.list.length);
      this.list.push({ path, params, def, docs: [] });
    }
    return this.#ids.get(key);
  }

  primitive(name) {
    return this.add([], [], { Primitive: name });
  }

  compact(type) {
    return this.add([], [], { Compact: { type } });
  }

  sequence(type) {
    return this.add([], [], { Sequence: { type } });
  }

  array(len, type) {
    return this.add([], [], { Array: { len, type } });
  }

  tuple(...types) {
    return this.add([], [], { Tuple: types });
  }

  composite(path, fields, params = []) {
    return this.add(path.split('::'), params, { Composite: { fields: fields.map(fieldOf) } });
  }

  /** A composite of one field without a name. */
  newtype(path, type, params = []) {
    return this.composite(path, [{ type }], params);
  }

  variant(path, variants, params = []) {
    return this.add(path.split('::'), params, {
      Variant: { variants: variants.map(({ name, index, fields = [] }) => ({ name, index, fields: fields.map(fieldOf), docs: [] })) },
    });
  }

  option(type) {
    return this.variant('Option', [{ name: 'None', index: 0 }, { name: 'Some', index: 1, fields: [{ type }] }], [{ name: 'T', type }]);
  }

  result(ok, error) {
    return this.variant(
      'Result',
      [{ name: 'Ok', index: 0, fields: [{ type: ok }] }, { name: 'Err', index: 1, fields: [{ type: error }] }],
      [{ name: 'T', type: ok }, { name: 'E', type: error }]);
  }

  bits() {
    const bitOrderType = this.composite('bitvec::order::Lsb0', []);
    return this.add([], [], { BitSequence: { bitStoreType: this.primitive('U8'), bitOrderType } });
  }

  account() {
    return this.newtype('sp_core::crypto::AccountId32', this.array(32, this.primitive('U8')));
  }

  /** The types in the form of Vec<PortableType>. */
  portable() {
    return this.list.map((type, id) => ({ id, type }));
  }
}

const fieldOf = ({ name = null, type, typeName = null, docs = [] }) => ({ name, type, typeName, docs });

/** A generator of the same numbers for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (bound) => next() % bound;
  return {
    below,
    oneOf: (values) => values[below(values.length)],
    bits: (count) => {
      let value = 0n;
      for (let i = 0; i < count; i += 32) value = (value << 32n) | BigInt(next());
      return BigInt.asUintN(count, value);
    },
    shuffle: (values) => {
      const copy = [...values];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
}
