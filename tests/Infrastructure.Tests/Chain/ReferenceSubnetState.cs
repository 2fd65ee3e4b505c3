using System.Numerics;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>
/// The state call's answer once more, written to be obvious instead of fast: reads every list whole, and writes it again. What it
/// writes is the one encoding there is, so an answer is good exactly when it comes out as it went in.
/// </summary>
internal sealed class ReferenceSubnetState
{
    private static readonly (string Name, int Bits)[] Numbers =
    [
        ("pruning_score", 16),
        ("last_update", 64),
        ("emission", 64),
        ("dividends", 16),
        ("incentives", 16),
        ("consensus", 16),
        ("trust", 16),
        ("rank", 16), ("block_at_registration", 64), ("alpha_stake", 64), ("tao_stake", 64), ("total_stake", 64),
    ];

    private static readonly string[] MayBeEmpty =
        [
            "pruning_score", "last_update", "emission", "dividends", "incentives", "consensus", "trust", "rank", "block_at_registration",
            "tao_stake", "total_stake",
        ];

    private BigInteger _netuid;

    internal List<byte[]> Hotkeys { get; private set; } = [];

    internal List<byte[]> Coldkeys { get; private set; } = [];

    internal List<byte> Active { get; private set; } = [];

    internal List<byte> Permits { get; private set; } = [];

    internal Dictionary<string, List<BigInteger>> Lists { get; } = new(StringComparer.Ordinal);

    internal List<List<BigInteger>> History { get; private set; } = [];

    /// <summary>What it says; null when it is not exactly one good answer about this netuid.</summary>
    internal static ReferenceSubnetState? Read(byte[] answer, ushort netuid)
    {
        var left = new Queue<byte>(answer);
        var state = new ReferenceSubnetState();
        try
        {
            if (left.Dequeue() != 1)
            {
                return null;
            }

            state._netuid = Compact(left);
            state.Hotkeys = Sequence(left, Account);
            state.Coldkeys = Sequence(left, Account);
            state.Active = Sequence(left, bytes => bytes.Dequeue());
            state.Permits = Sequence(left, bytes => bytes.Dequeue());
            foreach (var (name, _) in Numbers)
            {
                state.Lists[name] = Sequence(left, Compact);
            }

            state.History = Sequence(left, bytes => Sequence(bytes, Compact));
        }
        catch (InvalidOperationException)
        {
            // The queue is empty.
            return null;
        }

        return left.Count == 0 && state.Write().SequenceEqual(answer) && state.IsConsistent(netuid) ? state : null;
    }

    private bool IsConsistent(ushort netuid) =>
        _netuid == netuid
        && Coldkeys.Count == Hotkeys.Count && Active.Count == Hotkeys.Count && Permits.Count == Hotkeys.Count
        && Active.Concat(Permits).All(flag => flag <= 1)
        && Numbers.All(list => Lists[list.Name].TrueForAll(value => value < BigInteger.One << list.Bits))
        && Lists.All(list => list.Value.Count == Hotkeys.Count || (list.Value.Count == 0 && MayBeEmpty.Contains(list.Key)))
        && History.TrueForAll(list => list.Count is 0 || list.Count == Hotkeys.Count)
        && History.TrueForAll(list => list.TrueForAll(value => value < BigInteger.One << 64))
        && Hotkeys.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() == Hotkeys.Count;

    private byte[] Write() =>
    [
        1,
        .. Compact(_netuid),
        .. Compact(Hotkeys.Count), .. Hotkeys.SelectMany(key => key),
        .. Compact(Coldkeys.Count), .. Coldkeys.SelectMany(key => key),
        .. Compact(Active.Count), .. Active,
        .. Compact(Permits.Count), .. Permits,
        .. Numbers.SelectMany(list => Compacts(Lists[list.Name])),
        .. Compact(History.Count), .. History.SelectMany(Compacts),
    ];

    private static IEnumerable<byte> Compacts(List<BigInteger> values) => Compact(values.Count).Concat(values.SelectMany(Compact));

    private static List<T> Sequence<T>(Queue<byte> bytes, Func<Queue<byte>, T> item)
    {
        var items = new List<T>();
        for (var count = Compact(bytes); count > 0; count--)
        {
            items.Add(item(bytes));
        }

        return items;
    }

    private static byte[] Account(Queue<byte> bytes) => [.. Enumerable.Range(0, 32).Select(_ => bytes.Dequeue())];

    private static BigInteger Compact(Queue<byte> bytes)
    {
        var first = bytes.Dequeue();
        var size = (first & 3) switch { 0 => 1, 1 => 2, 2 => 4, _ => (first >> 2) + 5 };
        byte[] all = [first, .. Enumerable.Range(1, size - 1).Select(_ => bytes.Dequeue())];
        return (first & 3) == 3 ? new BigInteger(all.AsSpan(1), isUnsigned: true) : new BigInteger(all, isUnsigned: true) >> 2;
    }

    private static IEnumerable<byte> Compact(BigInteger value)
    {
        var (mode, size) = value < 1 << 6 ? (0, 1) : value < 1 << 14 ? (1, 2) : value < 1 << 30 ? (2, 4) : (3, 0);
        if (mode == 3)
        {
            var bytes = value.ToByteArray(isUnsigned: true);
            return [(byte)(((Math.Max(bytes.Length, 4) - 4) << 2) | 3), .. bytes];
        }

        return ((value << 2) | mode).ToByteArray(isUnsigned: true).Concat(new byte[size]).Take(size);
    }
}
