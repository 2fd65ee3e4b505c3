using System.Collections.Frozen;

namespace S3Auth.Domain;

/// <summary>Who was registered on one subnet at one block. It never changes: a newer block is another metagraph.</summary>
public sealed class Metagraph
{
    private readonly FrozenDictionary<AccountId, Neuron> _byHotkey;
    private readonly FrozenDictionary<AccountId, ushort> _lowestUidByColdkey;

    /// <param name="network">The network's name, for humans: <c>finney</c>, <c>test</c>, <c>static</c>.</param>
    /// <param name="netuid">The subnet's number.</param>
    /// <param name="block">The block this was read at.</param>
    /// <param name="readAt">When it was read.</param>
    /// <param name="neurons">Every registered hotkey.</param>
    /// <exception cref="ArgumentException">Two neurons share a hotkey or a uid.</exception>
    public Metagraph(string network, ushort netuid, ulong block, DateTimeOffset readAt, IReadOnlyCollection<Neuron> neurons)
    {
        ArgumentNullException.ThrowIfNull(neurons);

        var byHotkey = new Dictionary<AccountId, Neuron>(neurons.Count);
        var lowestUidByColdkey = new Dictionary<AccountId, ushort>(neurons.Count);
        var uids = new HashSet<ushort>(neurons.Count);

        foreach (var neuron in neurons)
        {
            if (!byHotkey.TryAdd(neuron.Hotkey, neuron))
            {
                throw new ArgumentException($"Hotkey {neuron.Hotkey} is registered twice.", nameof(neurons));
            }

            if (!uids.Add(neuron.Uid))
            {
                throw new ArgumentException($"Uid {neuron.Uid} is given twice.", nameof(neurons));
            }

            if (!lowestUidByColdkey.TryGetValue(neuron.Coldkey, out var lowest) || neuron.Uid < lowest)
            {
                lowestUidByColdkey[neuron.Coldkey] = neuron.Uid;
            }
        }

        Network = network;
        Netuid = netuid;
        Block = block;
        ReadAt = readAt;
        _byHotkey = byHotkey.ToFrozenDictionary();
        _lowestUidByColdkey = lowestUidByColdkey.ToFrozenDictionary();
    }

    /// <summary>The network's name, for humans.</summary>
    public string Network { get; }

    /// <summary>The subnet's number.</summary>
    public ushort Netuid { get; }

    /// <summary>The block this was read at.</summary>
    public ulong Block { get; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset ReadAt { get; }

    /// <summary>How many hotkeys are registered.</summary>
    public int Count => _byHotkey.Count;

    /// <summary>Every one of them, in no promised order.</summary>
    public IReadOnlyList<Neuron> Neurons => _byHotkey.Values;

    /// <summary>The neuron registered with <paramref name="hotkey"/>, or null.</summary>
    public Neuron? Find(AccountId hotkey) => _byHotkey.GetValueOrDefault(hotkey);

    /// <summary>The lowest uid among the hotkeys that <paramref name="coldkey"/> owns, or null when it owns none.</summary>
    public ushort? LowestUidOf(AccountId coldkey) =>
        _lowestUidByColdkey.TryGetValue(coldkey, out var uid) ? uid : null;
}
