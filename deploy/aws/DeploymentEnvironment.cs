namespace S3Auth.Deploy.Aws;

/// <summary>One of the three deployments: its public values and its size. Contains no secret.</summary>
/// <param name="Name">The name of the environment, which the stack's name contains.</param>
/// <param name="Network">The chain (<c>BT_NETWORK</c>), unless <see cref="DeploymentSettings.Nodes"/> are set.</param>
/// <param name="Netuid">The subnet (<c>NET_UID</c>).</param>
/// <param name="Bucket">The bucket (<c>S3_BUCKET</c>).</param>
public sealed record DeploymentEnvironment(string Name, string Network, int Netuid, string Bucket)
{
    /// <summary>The region of all environments and buckets (<c>S3_REGION</c>).</summary>
    public const string Region = "us-east-2";

    /// <summary>All environments.</summary>
    public static IReadOnlyList<DeploymentEnvironment> All { get; } =
    [
        new("development", "finney", 46, "1000-resilabs-caleb-dev-bittensor-sn46-datacollection") { Block = 10 },
        new("testnet", "test", 428, "2000-resilabs-test-bittensor-sn428-datacollection") { Block = 20 },
        new("production", "finney", 46, "4000-resilabs-prod-bittensor-sn46-datacollection")
        {
            Block = 40,
            Cpu = 1024,
            Memory = 2048,
            MaxTasks = 10,
            NatGateways = 2,
            RedisNode = "cache.t4g.medium",
            LogDays = 365,
            IsKept = true,
        },
    ];

    /// <summary>The second number of the private network, 10.x.0.0/16. It differs, so that the networks can be connected.</summary>
    public required int Block { get; init; }

    /// <summary>CPU units of a task; 1024 units are one CPU.</summary>
    public int Cpu { get; init; } = 512;

    /// <summary>Memory of a task in MiB.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>The minimum number of tasks: one in each zone.</summary>
    public int MinTasks { get; init; } = 2;

    /// <summary>The maximum number of tasks.</summary>
    public int MaxTasks { get; init; } = 4;

    /// <summary>The number of NAT gateways. With one, the loss of its zone cuts the other zone off from the chain.</summary>
    public int NatGateways { get; init; } = 1;

    /// <summary>The node type of Redis.</summary>
    public string RedisNode { get; init; } = "cache.t4g.small";

    /// <summary>How long CloudWatch keeps logs, including audit records.</summary>
    public int LogDays { get; init; } = 30;

    /// <summary>Whether the stack and its load balancer are protected from being removed.</summary>
    public bool IsKept { get; init; }
}
