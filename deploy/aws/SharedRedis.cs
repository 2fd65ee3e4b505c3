using Amazon.CDK;
using Amazon.CDK.AWS.ElastiCache;
using Amazon.CDK.AWS.SecretsManager;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// Where all tasks count together: two nodes in two zones, the second takes over when the first is lost. TLS, and a password that only
/// Secrets Manager knows.
/// </summary>
internal sealed class SharedRedis : Construct
{
    // 64 letters and digits: they need no escaping in a URL, and are far more than can be guessed.
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

        // ElastiCache's own choice is to drop keys that expire when memory runs short: those are the proofs that were used, and a proof
        // that is forgotten is good again. Without room Redis refuses to write instead, and each task remembers on its own.
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

        // A task's secrets are whole variables, so the URL is a secret of its own, put together by CloudFormation.
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
