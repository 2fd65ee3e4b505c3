using System.Collections.Frozen;

namespace S3Auth.Domain;

/// <summary>All neurons of one subnet at one block. Immutable.</summary>
public sealed class Metagraph
{
    private readonly FrozenDictionary<AccountId, Neuron> _byHotkey;
    private readonly FrozenDictionary<AccountId, ushort> _lowestUidByColdkey;

    /// <param name="network">The network's name, for people: <c>finney</c>, <c>test</c>, <c>static</c>.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="block">The block at which the metagraph was read.</param>
    /// <param name="readAt">When the metagraph was read.</param>
    /// <param name="neurons">One neuron for each registered hotkey.</param>
    /// <exception cref="ArgumentException">Two neurons have the same hotkey or uid.</exception>
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
                throw new ArgumentException($"Uid {neuron.Uid} occurs twice.", nameof(neurons));
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

    /// <summary>The network's name, for people.</summary>
    public string Network { get; }

    /// <summary>The subnet.</summary>
    public ushort Netuid { get; }

    /// <summary>The block at which the metagraph was read.</summary>
    public ulong Block { get; }

    /// <summary>When the metagraph was read.</summary>
    public DateTimeOffset ReadAt { get; }

    /// <summary>The number of registered hotkeys.</summary>
    public int Count => _byHotkey.Count;

    /// <summary>All neurons, in no particular order.</summary>
    public IReadOnlyList<Neuron> Neurons => _byHotkey.Values;

    /// <summary>The neuron of a hotkey; null if the hotkey is not registered.</summary>
    public Neuron? Find(AccountId hotkey) => _byHotkey.GetValueOrDefault(hotkey);

    /// <summary>Returns the neurons whose hotkeys <paramref name="coldkey"/> owns, by uid.</summary>
    public IReadOnlyList<Neuron> FindByColdkey(AccountId coldkey) =>
        LowestUidOf(coldkey) is null ? [] : [.. Neurons.Where(neuron => neuron.Coldkey == coldkey).OrderBy(neuron => neuron.Uid)];

    /// <summary>The lowest uid of the hotkeys that a coldkey owns; null if it owns none.</summary>
    public ushort? LowestUidOf(AccountId coldkey) =>
        _lowestUidByColdkey.TryGetValue(coldkey, out var uid) ? uid : null;
}
