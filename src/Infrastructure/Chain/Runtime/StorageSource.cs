using System.Buffers.Binary;
using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads a subnet from the storage maps of the chain's pallet, for runtimes whose function cannot be read. Needs several calls for each 200
/// neurons instead of one call. Computes the stake like the runtime: the hotkey's own alpha, without the shares that it passes to child
/// hotkeys, with the shares that it gets from parent hotkeys. Rounds against the hotkey; the result may differ from the runtime's by some
/// billionths.
/// Source: <c>pallets/subtensor/src/staking/set_children.rs</c> and <c>stake_utils.rs</c> of https://github.com/opentensor/subtensor.
/// </summary>
internal sealed class StorageSource : SubnetSource
{
    private const string Pallet = "SubtensorModule";

    // Keeps an answer below the maximum number of JSON tokens.
    private const int KeysPerCall = 200;

    private const int CallsAtOnce = 8;

    // For one map. The largest subnet, of 65,536 neurons with several parents each, needs less.
    private const int MaxBytesOfMap = 32 * 1024 * 1024;

    private const int NeuronBytes = (2 * AccountId.Size) + 1 + sizeof(ulong);

    private readonly RuntimeTypes _types;
    private readonly uint _specVersion;
    private readonly StorageEntry _exists;
    private readonly StorageEntry _permits;
    private readonly StorageEntry _hotkeys;
    private readonly StorageEntry _owners;
    private readonly StorageEntry _alpha;
    private readonly StorageEntry _children;
    private readonly StorageEntry _parents;

    /// <param name="metadata">The runtime's metadata.</param>
    /// <param name="specVersion">The runtime's version, for messages.</param>
    /// <param name="reason">Why the runtime's function is not used.</param>
    /// <exception cref="ChainException">A map is missing or has other types; the message names it.</exception>
    internal StorageSource(RuntimeMetadata metadata, uint specVersion, string reason)
    {
        _types = new RuntimeTypes(metadata.Types);
        _specVersion = specVersion;
        Warnings = [$"{reason} The server reads the storage of the pallet {Pallet} instead."];

        try
        {
            _exists = Find("NetworksAdded", [IsNetuid], IsFlag);
            _permits = Find("ValidatorPermit", [IsNetuid], type => IsListOf(type, IsFlag));
            _hotkeys = Find("Keys", [IsNetuid, IsNetuid], _types.IsAccount);
            _owners = Find("Owner", [_types.IsAccount], _types.IsAccount);
            _alpha = Find("TotalHotkeyAlpha", [_types.IsAccount, IsNetuid], IsAmount);
            _children = Find("ChildKeys", [_types.IsAccount, IsNetuid], type => IsListOf(type, IsShare));
            _parents = Find("ParentKeys", [_types.IsAccount, IsNetuid], type => IsListOf(type, IsShare));
        }
        catch (ScaleException hostile)
        {
            throw Refuse($"describes {Pallet} in a way that cannot be read: {hostile.Message.TrimEnd('.')}");
        }

        StorageEntry Find(string name, Func<int, bool>[] keys, Func<int, bool> isValue) =>
            metadata.Storage.FirstOrDefault(entry => entry.Prefix == Pallet && entry.Name == name) is not { } entry
                ? throw Refuse($"has no `{name}` in {Pallet}")
                : HasKeys(entry, keys) && isValue(entry.Value)
                    ? entry
                    : throw Refuse($"has `{name}` in {Pallet} with other types");
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    internal override async Task<HexBytes> ReadAsync(
        NodeConnection node, ushort netuid, HexBytes block, CancellationToken cancellationToken)
    {
        var subnet = SubnetItem.PlainU16.WriteInteger(netuid);
        var first = await QueryAsync(
            node, [StorageKey.Create(_exists, subnet), StorageKey.Create(_permits, subnet)], block, cancellationToken);
        if (first[0] is not { } exists || !Decode(exists, (ref ScaleReader reader) => reader.ReadBool()))
        {
            throw new ChainException(ChainFailure.SubnetMissing, $"The chain has no subnet {netuid}.");
        }

        var permits = first[1] is { } flags ? Decode(flags, ReadFlags) : [];
        var hotkeys = (await QueryAsync(
                node,
                Enumerable.Range(0, permits.Length)
                    .Select(uid => StorageKey.Create(_hotkeys, subnet, SubnetItem.PlainU16.WriteInteger((ushort)uid))),
                block,
                cancellationToken))
            .Select((value, uid) => value is { } account
                ? Decode(account, ReadAccount)
                : throw new ScaleException($"The storage has no hotkey for uid {uid} of netuid {netuid}."))
            .ToArray();

        var owners = await QueryAccountsAsync(_owners, hotkeys, []);
        var children = await QueryAccountsAsync(_children, hotkeys, subnet);
        var parents = (await QueryAccountsAsync(_parents, hotkeys, subnet))
            .Select(value => value is { } shares ? Decode(shares, ReadShares) : []).ToArray();
        var holders = hotkeys.Concat(parents.SelectMany(shares => shares).Select(share => share.Account)).Distinct().ToArray();
        var alpha = holders.Zip(await QueryAccountsAsync(_alpha, holders, subnet))
            .ToDictionary(pair => pair.First, pair => pair.Second is { } amount ? Decode(amount, ReadAmount) : 0);

        var neurons = hotkeys.Select((hotkey, uid) => new Neuron(
            (ushort)uid,
            hotkey,
            owners[uid] is { } owner ? Decode(owner, ReadAccount) : default,
            permits[uid],
            StakeOf(alpha[hotkey], children[uid] is { } shares ? Decode(shares, ReadShares) : [], parents[uid], alpha),
            Active: false));
        return new HexBytes(Encode(neurons.ToArray()));

        Task<IReadOnlyList<HexBytes?>> QueryAccountsAsync(StorageEntry map, IEnumerable<AccountId> accounts, byte[] second) => QueryAsync(
            node,
            accounts.Select(account => second is []
                ? StorageKey.Create(map, account.ToBytes())
                : StorageKey.Create(map, account.ToBytes(), second)),
            block,
            cancellationToken);
    }

    /// <inheritdoc/>
    internal override IReadOnlyCollection<Neuron> Decode(ReadOnlySpan<byte> answer, ushort netuid)
    {
        var neurons = new Neuron[answer.Length / NeuronBytes];
        for (var uid = 0; uid < neurons.Length; uid++)
        {
            var reader = new ScaleReader(answer.Slice(uid * NeuronBytes, NeuronBytes));
            neurons[uid] = new Neuron(
                (ushort)uid,
                ReadAccount(ref reader),
                ReadAccount(ref reader),
                reader.ReadBool(),
                new AlphaAmount((ulong)reader.ReadUnsigned(sizeof(ulong))),
                Active: false);
        }

        return neurons;
    }

    // The runtime multiplies fixed-point numbers. This rounds up the shares passed to children, and rounds down those from parents.
    private static AlphaAmount StakeOf(
        ulong own, Share[] children, Share[] parents, Dictionary<AccountId, ulong> alpha)
    {
        UInt128 passed = 0;
        foreach (var share in children)
        {
            passed += (((UInt128)own * share.Proportion) + ulong.MaxValue - 1) / ulong.MaxValue;
        }

        UInt128 received = 0;
        foreach (var share in parents)
        {
            received += (UInt128)alpha[share.Account] * share.Proportion / ulong.MaxValue;
        }

        var total = (passed < own ? own - passed : 0) + received;
        return new AlphaAmount(total > ulong.MaxValue ? ulong.MaxValue : (ulong)total);
    }

    private static byte[] Encode(Neuron[] neurons)
    {
        var bytes = new byte[neurons.Length * NeuronBytes];
        for (var uid = 0; uid < neurons.Length; uid++)
        {
            var neuron = bytes.AsSpan(uid * NeuronBytes, NeuronBytes);
            neurons[uid].Hotkey.ToBytes().CopyTo(neuron);
            neurons[uid].Coldkey.ToBytes().CopyTo(neuron[AccountId.Size..]);
            neuron[2 * AccountId.Size] = neurons[uid].ValidatorPermit ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt64LittleEndian(neuron[((2 * AccountId.Size) + 1)..], neurons[uid].AlphaStake.Units);
        }

        return bytes;
    }

    // Returns the values in the order of the keys.
    private static async Task<IReadOnlyList<HexBytes?>> QueryAsync(
        NodeConnection node, IEnumerable<byte[]> keys, HexBytes block, CancellationToken cancellationToken)
    {
        var values = new List<HexBytes?>();
        var size = 0L;
        foreach (var calls in keys.Select(key => new HexBytes(key)).Chunk(KeysPerCall).Chunk(CallsAtOnce))
        {
            var answers = await Task.WhenAll(calls.Select(call => node.QueryStorageAsync(call, block, cancellationToken)));
            size += answers.Sum(answer => answer.Values.Sum(value => (long)(value?.Bytes.Length ?? 0)));
            if (size > MaxBytesOfMap)
            {
                throw new ScaleException($"The storage has {size} bytes for one map, more than {MaxBytesOfMap}.");
            }

            values.AddRange(calls.Zip(answers).SelectMany(pair => pair.First.Select(key => pair.Second.GetValueOrDefault(key))));
        }

        return values;
    }

    private static T Decode<T>(HexBytes value, ReadValue<T> read)
    {
        var reader = new ScaleReader(value.Bytes.Span);
        var decoded = read(ref reader);
        reader.ReadEnd();
        return decoded;
    }

    private static AccountId ReadAccount(ref ScaleReader reader) => AccountId.FromBytes(reader.ReadBytes(AccountId.Size));

    private static ulong ReadAmount(ref ScaleReader reader) => (ulong)reader.ReadUnsigned(sizeof(ulong));

    private static bool[] ReadFlags(ref ScaleReader reader)
    {
        var count = reader.ReadCount(minItemSize: 1);
        if (count > SubnetStateDecoder.MaxNeurons)
        {
            throw new ScaleException($"There are {count} permits, more than {SubnetStateDecoder.MaxNeurons}.");
        }

        var flags = new bool[count];
        for (var i = 0; i < count; i++)
        {
            flags[i] = reader.ReadBool();
        }

        return flags;
    }

    private static Share[] ReadShares(ref ScaleReader reader)
    {
        var shares = new Share[reader.ReadCount(sizeof(ulong) + AccountId.Size)];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = new Share(ReadAmount(ref reader), ReadAccount(ref reader));
        }

        return shares;
    }

    private bool HasKeys(StorageEntry entry, Func<int, bool>[] keys) =>
        KeysOf(entry) is var types
        && types.Count == keys.Length
        && entry.Hashers.Count == keys.Length
        && types.Zip(keys).All(pair => pair.Second(pair.First));

    private IReadOnlyList<int> KeysOf(StorageEntry entry) => entry switch
    {
        { Hashers.Count: 1, Key: { } key } => [key],
        { Key: { } key } when _types.Registry[key] is TupleType { Items: var items } => items,
        _ => [],
    };

    private bool IsNetuid(int type) => _types.ItemOf(type) is { Bits: 16, IsCompact: false, IsOptional: false };

    private bool IsFlag(int type) => _types.ItemOf(type) is { Bits: 1, IsOptional: false };

    private bool IsAmount(int type) => _types.ItemOf(type) is { Bits: 64, IsCompact: false, IsOptional: false };

    private bool IsShare(int type) =>
        _types.Registry[type] is TupleType { Items: [var proportion, var account] } && IsAmount(proportion) && _types.IsAccount(account);

    private bool IsListOf(int type, Func<int, bool> isItem) =>
        _types.ItemsOf(type) is ({ } item, IsOptional: false) && isItem(item);

    private ChainException Refuse(string what) => new(ChainFailure.RuntimeUnsupported, $"Runtime {_specVersion} {what}.");

    private delegate T ReadValue<out T>(ref ScaleReader reader);

    /// <param name="Proportion">The share of a hotkey's alpha, in 2⁻⁶⁴ of all.</param>
    /// <param name="Account">The hotkey that gives or gets it.</param>
    private readonly record struct Share(ulong Proportion, AccountId Account);
}
