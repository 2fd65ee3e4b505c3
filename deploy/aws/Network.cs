using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// A private network in two zones. The load balancer faces the internet, tasks reach the internet through NAT, Redis reaches nothing. The
/// load balancer accepts everyone, tasks accept only the load balancer, Redis accepts only tasks.
/// </summary>
internal sealed class Network : Construct
{
    /// <summary>The port of the API.</summary>
    internal const int ApiPort = 8000;

    /// <summary>The port of Redis.</summary>
    internal const int RedisPort = 6379;

    private const int HttpsPort = 443;

    internal Network(Construct scope, DeploymentSettings settings)
        : base(scope, "Network")
    {
        var environment = settings.Environment;
        Vpc = new Vpc(this, "Vpc", new VpcProps
        {
            IpAddresses = IpAddresses.Cidr($"10.{environment.Block}.0.0/16"),
            MaxAzs = 2,
            NatGateways = environment.NatGateways,

            // Restricting the default security group needs a custom resource, and nothing here uses that group.
            RestrictDefaultSecurityGroup = false,
            SubnetConfiguration =
            [
                new SubnetConfiguration { Name = "balancer", SubnetType = SubnetType.PUBLIC, CidrMask = 24 },
                new SubnetConfiguration { Name = "tasks", SubnetType = SubnetType.PRIVATE_WITH_EGRESS, CidrMask = 22 },
                new SubnetConfiguration { Name = "redis", SubnetType = SubnetType.PRIVATE_ISOLATED, CidrMask = 24 },
            ],
        });

        Balancer = new SecurityGroup(
            this,
            "BalancerGroup",
            new SecurityGroupProps { Vpc = Vpc, Description = "Load balancer", AllowAllOutbound = false });
        Tasks = new SecurityGroup(
            this,
            "TasksGroup",
            new SecurityGroupProps { Vpc = Vpc, Description = "Tasks", AllowAllOutbound = false });
        Redis = new SecurityGroup(
            this,
            "RedisGroup",
            new SecurityGroupProps { Vpc = Vpc, Description = "Redis", AllowAllOutbound = false });

        // The chain's nodes, S3 and AWS's services, all with TLS.
        Tasks.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(HttpsPort), "TLS to the chain and to AWS");
        Redis.Connections.AllowFrom(Tasks, Port.Tcp(RedisPort), "Tasks");

        AddStoreEndpoint(settings);
    }

    internal Vpc Vpc { get; }

    internal SecurityGroup Balancer { get; }

    internal SecurityGroup Tasks { get; }

    internal SecurityGroup Redis { get; }

    /// <summary>
    /// The networks that the load balancer connects from, for <c>TRUSTED_PROXIES</c>. No client connects from there: requests of tasks
    /// reach the load balancer from the NAT gateway's public address.
    /// </summary>
    internal string BalancerAddresses => string.Join(',', Vpc.PublicSubnets.Select(subnet => subnet.Ipv4CidrBlock));

    /// <summary>The subnets of the tasks.</summary>
    internal static SubnetSelection OfTasks { get; } = new() { SubnetType = SubnetType.PRIVATE_WITH_EGRESS };

    /// <summary>The subnets of Redis.</summary>
    internal static SubnetSelection OfRedis { get; } = new() { SubnetType = SubnetType.PRIVATE_ISOLATED };

    // A gateway endpoint for S3, limited to the one bucket and to the bucket with ECR's image layers.
    private void AddStoreEndpoint(DeploymentSettings settings)
    {
        var endpoint = Vpc.AddGatewayEndpoint("Store", new GatewayVpcEndpointOptions
        {
            Service = GatewayVpcEndpointAwsService.S3,
            Subnets = [OfTasks],
        });
        foreach (var statement in StoreAccess.On(settings, new AnyPrincipal()))
        {
            endpoint.AddToPolicy(statement);
        }

        endpoint.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Images",
            Principals = [new AnyPrincipal()],
            Actions = ["s3:GetObject"],
            Resources = [$"arn:aws:s3:::prod-{DeploymentEnvironment.Region}-starport-layer-bucket/*"],
        }));
    }
}
