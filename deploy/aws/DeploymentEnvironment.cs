namespace S3Auth.Deploy.Aws;

/// <summary>One of the three deployments: its public values, and how large it is. Nothing here is secret.</summary>
/// <param name="Name">What the stack is named by.</param>
/// <param name="Network">The chain (<c>BT_NETWORK</c>).</param>
/// <param name="Netuid">The subnet (<c>NET_UID</c>).</param>
/// <param name="Bucket">The bucket (<c>S3_BUCKET</c>).</param>
public sealed record DeploymentEnvironment(string Name, string Network, int Netuid, string Bucket)
{
    /// <summary>Where all of them are, and their buckets (<c>S3_REGION</c>).</summary>
    public const string Region = "us-east-2";

    /// <summary>Those that there are.</summary>
    public static IReadOnlyList<DeploymentEnvironment> All { get; } =
    [
        new("development", "finney", 46, "1000-resilabs-caleb-dev-bittensor-sn46-datacollection") { Block = 10 },
        new("testnet", "test", 428, "2000-resilabs-test-bittensor-sn428-datacollection") { Block = 20 },
        new("production", "finney", 46, "4000-resilabs-prod-bittensor-sn46-datacollection")
        {
            Block = 40,
            Cpu = 1024,
            Memory = 2048,
            MostTasks = 10,
            NatGateways = 2,
            RedisNode = "cache.t4g.medium",
            LogDays = 365,
            IsKept = true,
        },
    ];

    /// <summary>The second number of the private network, 10.x.0.0/16: each its own, so that they can be connected.</summary>
    public required int Block { get; init; }

    /// <summary>Units of CPU of a task; 1024 is one.</summary>
    public int Cpu { get; init; } = 512;

    /// <summary>MiB of a task.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>How many tasks there are at least: one in each zone.</summary>
    public int LeastTasks { get; init; } = 2;

    /// <summary>How many tasks there are at most.</summary>
    public int MostTasks { get; init; } = 4;

    /// <summary>How many ways out: with one, a lost zone may cut the other from the chain.</summary>
    public int NatGateways { get; init; } = 1;

    /// <summary>The kind of Redis's two nodes.</summary>
    public string RedisNode { get; init; } = "cache.t4g.small";

    /// <summary>For how long logs, and the records in them, are kept.</summary>
    public int LogDays { get; init; } = 30;

    /// <summary>Whether the stack and its load balancer are protected from being removed.</summary>
    public bool IsKept { get; init; }
}
