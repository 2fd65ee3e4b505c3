using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Decodes the result of <c>SubnetInfoRuntimeApi_get_subnet_state</c> by the names of its fields. The result is a structure of lists that
/// have one item per neuron. Where the fields are, and how they are encoded, follows from the runtime's metadata
/// (<see cref="SubnetStateCompiler"/>) or, without metadata, from <see cref="FixedSubnetState"/>.
/// Source: <c>pallets/subtensor/src/rpc_info/show_subnet.rs</c> of https://github.com/opentensor/subtensor.
/// </summary>
/// <remarks>
/// Strict, because access depends on the lists: those that a decision needs must have the same length, every value must fit its type, and
/// no bytes may follow. Skips all other fields.
/// </remarks>
/// <param name="types">The types of the fields.</param>
/// <param name="fields">The fields, in the order of their bytes.</param>
/// <param name="isWrapped">Whether the structure is inside a <c>Vec&lt;u8&gt;</c>.</param>
/// <param name="isOptional">Whether the structure is inside an <c>Option</c>.</param>
internal sealed class SubnetStateDecoder(
    TypeRegistry types, IReadOnlyList<SubnetField> fields, bool isWrapped, bool isOptional)
{
    /// <summary>The maximum number of neurons, because a uid has 16 bits.</summary>
    internal const int MaxNeurons = ushort.MaxValue + 1;

    /// <summary>Decodes an answer with the first of several decoders that can.</summary>
    /// <exception cref="ScaleException">None can. This is the failure of the first.</exception>
    /// <exception cref="ChainException">The chain has no such subnet.</exception>
    internal static Neuron[] DecodeFirst(IReadOnlyList<SubnetStateDecoder> decoders, ReadOnlySpan<byte> answer, ushort netuid)
    {
        ScaleException? first = null;
        foreach (var decoder in decoders)
        {
            try
            {
                return decoder.Decode(answer, netuid);
            }
            catch (ScaleException malformed)
            {
                first ??= malformed;
            }
        }

        throw first ?? new ScaleException("The answer has no known structure.");
    }

    /// <summary>Returns the neurons of the subnet, in order of their uids.</summary>
    /// <exception cref="ScaleException">The answer is malformed.</exception>
    /// <exception cref="ChainException">The chain has no such subnet.</exception>
    internal Neuron[] Decode(ReadOnlySpan<byte> answer, ushort netuid)
    {
        var reader = new ScaleReader(answer);
        if (isWrapped)
        {
            // The list of bytes must contain all bytes that follow.
            answer = reader.ReadBytes(reader.ReadCount(minItemSize: 1));
            reader.ReadEnd();
            reader = new ScaleReader(answer);
        }

        if ((isWrapped && reader.Remaining == 0) || (isOptional && !reader.ReadOption()))
        {
            reader.ReadEnd();
            throw new ChainException(ChainFailure.SubnetMissing, $"The chain has no subnet {netuid}.");
        }

        var lists = new Lists();
        foreach (var field in fields)
        {
            Read(ref reader, field, netuid, lists);
        }

        reader.ReadEnd();
        return lists.ToNeurons(answer);
    }

    private void Read(ref ScaleReader reader, SubnetField field, ushort netuid, Lists lists)
    {
        if (field.IsOptional && !reader.ReadOption())
        {
            throw new ScaleException($"The answer has no {field.Name}.");
        }

        switch (field.Role)
        {
            case SubnetFieldRole.Netuid:
                CheckNetuid(field.Item!.ReadInteger(ref reader, field.Name), netuid);
                break;
            case SubnetFieldRole.Hotkeys:
                lists.Hotkeys = ReadAccounts(ref reader, field.Name);
                break;
            case SubnetFieldRole.Coldkeys:
                lists.Coldkeys = ReadAccounts(ref reader, field.Name);
                break;
            case SubnetFieldRole.Active:
                lists.Active = ReadFlags(ref reader, field);
                break;
            case SubnetFieldRole.ValidatorPermit:
                lists.Permits = ReadFlags(ref reader, field);
                break;
            case SubnetFieldRole.AlphaStake:
                lists.Stakes = ReadAmounts(ref reader, field);
                break;
            case SubnetFieldRole.PerNeuron:
                SkipNumbers(ref reader, field, lists.Count);
                break;
            case SubnetFieldRole.PerSubnet:
                var subnets = reader.ReadCount(minItemSize: 1);
                for (var subnet = 0; subnet < subnets; subnet++)
                {
                    SkipNumbers(ref reader, field, lists.Count);
                }

                break;
            default:
                types.Skip(ref reader, field.Type);
                break;
        }
    }

    private static void CheckNetuid(ulong answered, ushort netuid)
    {
        if (answered != netuid)
        {
            throw new ScaleException($"The answer is for netuid {answered}, not for {netuid}.");
        }
    }

    // Called before memory for the list is allocated.
    private static int CheckCount(int count, string list) =>
        count <= MaxNeurons ? count : throw new ScaleException($"There are {count} items in {list}, more than {MaxNeurons}.");

    private static AccountList ReadAccounts(ref ScaleReader reader, string list)
    {
        var count = CheckCount(reader.ReadCount(AccountId.Size), list);
        var accounts = new AccountList(count, reader.Offset);
        reader.ReadBytes(count * AccountId.Size);
        return accounts;
    }

    private static bool[] ReadFlags(ref ScaleReader reader, SubnetField field)
    {
        var flags = new bool[CheckCount(reader.ReadCount(minItemSize: 1), field.Name)];
        for (var i = 0; i < flags.Length; i++)
        {
            flags[i] = field.Item!.ReadFlag(ref reader);
        }

        return flags;
    }

    private static ulong[] ReadAmounts(ref ScaleReader reader, SubnetField field)
    {
        var amounts = new ulong[CheckCount(reader.ReadCount(minItemSize: 1), field.Name)];
        for (var i = 0; i < amounts.Length; i++)
        {
            amounts[i] = field.Item!.ReadInteger(ref reader, field.Name);
        }

        return amounts;
    }

    // Runtimes send an empty list if they no longer compute it. Runtime 218, which answers with bytes, also sends shorter ones.
    private void SkipNumbers(ref ScaleReader reader, SubnetField field, int count)
    {
        var length = reader.ReadCount(minItemSize: 1);
        if (length != 0 && !isWrapped)
        {
            Lists.Expect(count, length, field.Name);
        }

        reader.SkipCompact(length, field.Item!.Max);
    }

    /// <summary>A list of accounts in an answer.</summary>
    /// <param name="Count">The number of accounts.</param>
    /// <param name="Offset">The position of the first one.</param>
    private readonly record struct AccountList(int Count, int Offset)
    {
        internal AccountId At(ReadOnlySpan<byte> answer, int index) =>
            AccountId.FromBytes(answer.Slice(Offset + (index * AccountId.Size), AccountId.Size));
    }

    /// <summary>The lists that decisions need. The decoder fills them field by field.</summary>
    private sealed class Lists
    {
        internal AccountList Hotkeys { get; set; }

        internal AccountList Coldkeys { get; set; }

        internal bool[] Permits { get; set; } = [];

        internal ulong[] Stakes { get; set; } = [];

        /// <summary>Null if the answer has no list <c>active</c>.</summary>
        internal bool[]? Active { get; set; }

        internal int Count => Hotkeys.Count;

        internal static void Expect(int count, int length, string list)
        {
            if (length != count)
            {
                throw new ScaleException($"There are {count} hotkeys, but {length} items in {list}.");
            }
        }

        internal Neuron[] ToNeurons(ReadOnlySpan<byte> answer)
        {
            Expect(Count, Coldkeys.Count, "coldkeys");
            Expect(Count, Permits.Length, "validator_permit");
            Expect(Count, Stakes.Length, "alpha_stake");
            Expect(Count, Active?.Length ?? Count, "active");

            var neurons = new Neuron[Count];
            for (var uid = 0; uid < neurons.Length; uid++)
            {
                neurons[uid] = new Neuron(
                    (ushort)uid,
                    Hotkeys.At(answer, uid),
                    Coldkeys.At(answer, uid),
                    Permits[uid],
                    new AlphaAmount(Stakes[uid]),
                    Active?[uid] ?? false);
            }

            return neurons;
        }
    }
}
