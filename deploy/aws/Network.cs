using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// A private network over two zones: the load balancer faces the internet, tasks reach it through NAT, Redis reaches nothing. Each of the
/// three is opened to the next and to nobody else.
/// </summary>
internal sealed class Network : Construct
{
    /// <summary>The port of the API.</summary>
    internal const int ApiPort = 8000;

    /// <summary>The port of Redis.</summary>
    internal const int RedisPort = 6379;

    private const int HttpsPort = 443;

    internal Network(Construct scope, DeploymentEnvironment environment, string bucketArn)
        : base(scope, "Network")
    {
        Vpc = new Vpc(this, "Vpc", new VpcProps
        {
            IpAddresses = IpAddresses.Cidr($"10.{environment.Block}.0.0/16"),
            MaxAzs = 2,
            NatGateways = environment.NatGateways,

            // It would need code of its own to run at each deployment; nothing here uses that group.
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

        // The chain's nodes, S3, and AWS's own services: all of them by TLS.
        Tasks.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(HttpsPort), "TLS to the chain and to AWS");
        Redis.Connections.AllowFrom(Tasks, Port.Tcp(RedisPort), "Tasks");

        AddStoreEndpoint(bucketArn);
    }

    internal Vpc Vpc { get; }

    internal SecurityGroup Balancer { get; }

    internal SecurityGroup Tasks { get; }

    internal SecurityGroup Redis { get; }

    /// <summary>
    /// What the load balancer's requests come from, for <c>TRUSTED_PROXIES</c>. No client sends from there: what tasks send out comes to
    /// the load balancer from the NAT gateway's public address.
    /// </summary>
    internal string BalancerAddresses => string.Join(',', Vpc.PublicSubnets.Select(subnet => subnet.Ipv4CidrBlock));

    /// <summary>In which subnets tasks run.</summary>
    internal static SubnetSelection OfTasks { get; } = new() { SubnetType = SubnetType.PRIVATE_WITH_EGRESS };

    /// <summary>In which subnets Redis runs.</summary>
    internal static SubnetSelection OfRedis { get; } = new() { SubnetType = SubnetType.PRIVATE_ISOLATED };

    // To S3 by a way of its own: for the one bucket, and for what ECR keeps the layers of images in.
    private void AddStoreEndpoint(string bucketArn)
    {
        var endpoint = Vpc.AddGatewayEndpoint("Store", new GatewayVpcEndpointOptions
        {
            Service = GatewayVpcEndpointAwsService.S3,
            Subnets = [OfTasks],
        });
        foreach (var statement in StoreAccess.On(bucketArn, new AnyPrincipal()))
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
