namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Decodes the result of <c>SubnetInfoRuntimeApi_get_subnet_state</c>: a SCALE <c>Option&lt;SubnetState&gt;</c> of lists that have one item
/// per neuron. Source: <c>pallets/subtensor/src/rpc_info/show_subnet.rs</c> of https://github.com/opentensor/subtensor.
/// </summary>
/// <remarks>
/// Strict, because access depends on it: all lists must have the same length, every value must fit its type, and no bytes may follow. Lists
/// that the server does not use may be empty, because runtimes send lists empty that they no longer compute.
/// </remarks>
internal static class SubnetState
{
    /// <summary>The function's name.</summary>
    internal const string Function = "SubnetInfoRuntimeApi_get_subnet_state";

    // A uid has 16 bits.
    private const int MaxNeurons = ushort.MaxValue + 1;

    /// <summary>The function's argument: the netuid, 16 bits little-endian.</summary>
    internal static byte[] Argument(ushort netuid) => [(byte)netuid, (byte)(netuid >> 8)];

    /// <summary>Returns the neurons of the subnet, in order of their uids.</summary>
    /// <exception cref="ScaleException">The answer is malformed.</exception>
    /// <exception cref="ChainException">The chain has no such subnet.</exception>
    internal static Neuron[] Decode(ReadOnlySpan<byte> answer, ushort netuid)
    {
        var reader = new ScaleReader(answer);
        if (!reader.ReadOption())
        {
            reader.ReadEnd();
            throw new ChainException(ChainFailure.SubnetMissing, $"The chain has no subnet {netuid}.");
        }

        if (reader.ReadCompact(ushort.MaxValue) is var answered && answered != netuid)
        {
            throw new ScaleException($"The answer is for netuid {answered}, not for {netuid}.");
        }

        var count = reader.ReadCount(AccountId.Size);
        if (count > MaxNeurons)
        {
            throw new ScaleException($"There are {count} neurons, more than {MaxNeurons}.");
        }

        var hotkeys = reader.ReadBytes(count * AccountId.Size);
        Expect(count, reader.ReadCount(AccountId.Size), "coldkeys");
        var coldkeys = reader.ReadBytes(count * AccountId.Size);
        var active = ReadFlags(ref reader, count, "active");
        var permits = ReadFlags(ref reader, count, "validator_permit");

        SkipNumbers(ref reader, count, ushort.MaxValue, "pruning_score");
        SkipNumbers(ref reader, count, ulong.MaxValue, "last_update");
        SkipNumbers(ref reader, count, ulong.MaxValue, "emission");
        SkipNumbers(ref reader, count, ushort.MaxValue, "dividends");
        SkipNumbers(ref reader, count, ushort.MaxValue, "incentives");
        SkipNumbers(ref reader, count, ushort.MaxValue, "consensus");
        SkipNumbers(ref reader, count, ushort.MaxValue, "trust");
        SkipNumbers(ref reader, count, ushort.MaxValue, "rank");
        SkipNumbers(ref reader, count, ulong.MaxValue, "block_at_registration");

        var neurons = new Neuron[count];
        Expect(count, reader.ReadCount(minItemSize: 1), "alpha_stake");
        for (var uid = 0; uid < count; uid++)
        {
            neurons[uid] = new Neuron(
                (ushort)uid,
                AccountId.FromBytes(hotkeys.Slice(uid * AccountId.Size, AccountId.Size)),
                AccountId.FromBytes(coldkeys.Slice(uid * AccountId.Size, AccountId.Size)),
                permits[uid],
                new AlphaAmount(reader.ReadCompact()),
                active[uid]);
        }

        SkipNumbers(ref reader, count, ulong.MaxValue, "tao_stake");
        SkipNumbers(ref reader, count, ulong.MaxValue, "total_stake");

        // One list for each subnet of the chain, with one item for each hotkey of this subnet.
        var subnets = reader.ReadCount(minItemSize: 1);
        for (var subnet = 0; subnet < subnets; subnet++)
        {
            SkipNumbers(ref reader, count, ulong.MaxValue, "emission_history");
        }

        reader.ReadEnd();
        return neurons;
    }

    private static bool[] ReadFlags(ref ScaleReader reader, int count, string list)
    {
        Expect(count, reader.ReadCount(minItemSize: 1), list);
        var flags = new bool[count];
        for (var i = 0; i < count; i++)
        {
            flags[i] = reader.ReadBool();
        }

        return flags;
    }

    private static void SkipNumbers(ref ScaleReader reader, int count, ulong max, string list)
    {
        var length = reader.ReadCount(minItemSize: 1);
        if (length != 0)
        {
            Expect(count, length, list);
        }

        for (var i = 0; i < length; i++)
        {
            reader.ReadCompact(max);
        }
    }

    private static void Expect(int count, int length, string list)
    {
        if (length != count)
        {
            throw new ScaleException($"There are {count} hotkeys, but {length} items in {list}.");
        }
    }
}
