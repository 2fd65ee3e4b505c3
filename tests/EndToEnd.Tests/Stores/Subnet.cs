namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>A subnet with every kind of neuron that the rules distinguish, and any number of miners.</summary>
internal sealed record Subnet(IReadOnlyList<Miner> Miners)
{
    private const int FirstMinerUid = 100;
    private const int FirstValidatorUid = 20_000;

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Permit and stake above the minimum.</summary>
    public static Miner Validator { get; } = Miner.Development("Alice");

    /// <summary>No permit, no stake.</summary>
    public static Miner OrdinaryMiner { get; } = Miner.Development("Bob");

    /// <summary>A permit without stake.</summary>
    public static Miner WithoutStake { get; } = Miner.Development("Eve");

    /// <summary>A permit and exactly the minimum stake.</summary>
    public static Miner WithTheMinimum { get; } = Miner.Development("Ferdie");

    /// <summary>Stake without a permit.</summary>
    public static Miner WithoutPermit { get; } = Miner.Development("Grace");

    /// <summary>More validators with permit and stake.</summary>
    public IReadOnlyList<Miner> Validators { get; private init; } = [];

    public static Subnet Create(int miners, int validators = 0) => new([.. Enumerable.Range(0, miners).Select(_ => Miner.New())])
    {
        Validators = [.. Enumerable.Range(0, validators).Select(_ => Miner.New())],
    };

    /// <summary>The miner's uid on this subnet.</summary>
    public int UidOf(Miner miner) => FirstMinerUid + Miners.ToList().IndexOf(miner);

    /// <summary>Writes it as a metagraph file. Returns its path.</summary>
    public async Task<string> WriteAsync(ScratchFolder folder, int netuid = 46)
    {
        var neurons = new List<Row>
        {
            Row.Of(0, Validator, permit: true, stake: 30000.5m),
            Row.Of(1, OrdinaryMiner, permit: false, stake: 0),
            Row.Of(4, WithoutStake, permit: true, stake: 0),
            Row.Of(5, WithTheMinimum, permit: true, stake: 20000),
            Row.Of(6, WithoutPermit, permit: false, stake: 500000),
        };
        neurons.AddRange(Miners.Select((miner, index) => Row.Of(FirstMinerUid + index, miner, permit: false, stake: 1.25m)));
        neurons.AddRange(
            Validators.Select((validator, index) => Row.Of(FirstValidatorUid + index, validator, permit: true, stake: 30_000)));

        var path = Path.Combine(
            folder.Path, netuid == 46 ? "metagraph.json" : FormattableString.Invariant($"metagraph-{netuid}.json"));
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new { netuid, block = 1, neurons }, SnakeCase));
        return path;
    }

    private sealed record Row(int Uid, string Hotkey, string Coldkey, bool ValidatorPermit, decimal AlphaStake)
    {
        public static Row Of(int uid, Miner miner, bool permit, decimal stake) =>
            new(uid, miner.Hotkey.Address, miner.Coldkey.Address, permit, stake);
    }
}
