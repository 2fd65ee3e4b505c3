using Amazon.CDK;
using Amazon.CDK.AWS.ElastiCache;
using Amazon.CDK.AWS.SecretsManager;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The Redis in which all tasks count: two nodes in two zones with failover, TLS, and a password that only Secrets Manager has.
/// </summary>
internal sealed class SharedRedis : Construct
{
    // 64 letters and digits: need no escaping in a URL and cannot be guessed.
    private const int PasswordLength = 64;

    internal SharedRedis(Construct scope, DeploymentEnvironment environment, Network network)
        : base(scope, "Redis")
    {
        var password = new Secret(this, "Password", new SecretProps
        {
            Description = "S3Auth: the password of Redis",
            GenerateSecretString = new SecretStringGenerator { PasswordLength = PasswordLength, ExcludePunctuation = true },
        });

        var subnets = new CfnSubnetGroup(this, "Subnets", new CfnSubnetGroupProps
        {
            Description = "S3Auth: Redis",
            SubnetIds = network.Vpc.SelectSubnets(Network.OfRedis).SubnetIds,
        });

        // By default ElastiCache evicts keys that expire when memory is full. These are the used proofs, and an evicted proof could be used
        // again. With noeviction, Redis refuses writes instead, and each task remembers proofs alone.
        var parameters = new CfnParameterGroup(this, "Parameters", new CfnParameterGroupProps
        {
            CacheParameterGroupFamily = "redis7",
            Description = "S3Auth: nothing is forgotten early",
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["maxmemory-policy"] = "noeviction" },
        });

        Group = new CfnReplicationGroup(this, "Group", new CfnReplicationGroupProps
        {
            ReplicationGroupDescription = "S3Auth: proofs that were used, and today's grants",
            Engine = "redis",
            EngineVersion = "7.1",
            CacheNodeType = environment.RedisNode,
            NumCacheClusters = 2,
            AutomaticFailoverEnabled = true,
            MultiAzEnabled = true,
            Port = Network.RedisPort,
            CacheSubnetGroupName = subnets.Ref,
            CacheParameterGroupName = parameters.Ref,
            SecurityGroupIds = [network.Redis.SecurityGroupId],
            TransitEncryptionEnabled = true,
            TransitEncryptionMode = "required",
            AtRestEncryptionEnabled = true,

            // A reference that CloudFormation resolves where it is used: the template has no password in it.
            AuthToken = password.SecretValue.UnsafeUnwrap(),
            AutoMinorVersionUpgrade = true,
            PreferredMaintenanceWindow = "tue:09:00-tue:10:00",
        });

        // A secret fills a whole variable of a task, so the URL is a secret of its own, which CloudFormation composes.
        Url = new Secret(this, "Url", new SecretProps
        {
            Description = "S3Auth: REDIS_URL",
            SecretStringValue = SecretValue.UnsafePlainText(string.Create(
                CultureInfo.InvariantCulture,
                $"rediss://:{password.SecretValue.UnsafeUnwrap()}@{Group.AttrPrimaryEndPointAddress}:{Network.RedisPort}")),
        });
    }

    internal CfnReplicationGroup Group { get; }

    /// <summary>The whole of <c>REDIS_URL</c>.</summary>
    internal Secret Url { get; }
}
