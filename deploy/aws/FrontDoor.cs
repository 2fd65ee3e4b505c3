using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The load balancer: TLS outside, plain HTTP to ready tasks. It redirects requests without TLS.
/// </summary>
internal sealed class FrontDoor : Construct
{
    /// <summary>Seconds between two requests for <c>/readyz</c>.</summary>
    internal const int CheckSeconds = 5;

    /// <summary>The number of equal answers in a row that change the state of a task.</summary>
    internal const int Checks = 2;

    /// <summary>Seconds that a leaving task has to complete its requests. The longest one, a listing, takes 30 s.</summary>
    internal const int LeaveSeconds = 35;

    internal FrontDoor(Construct scope, DeploymentSettings settings, Network network, Service service)
        : base(scope, "FrontDoor")
    {
        Balancer = new ApplicationLoadBalancer(this, "Balancer", new Amazon.CDK.AWS.ElasticLoadBalancingV2.ApplicationLoadBalancerProps
        {
            Vpc = network.Vpc,
            InternetFacing = true,
            VpcSubnets = new SubnetSelection { SubnetType = SubnetType.PUBLIC },
            SecurityGroup = network.Balancer,
            DropInvalidHeaderFields = true,
            DeletionProtection = settings.Environment.IsKept,

            // Shorter than the 75 s of the API, so that a task never closes a connection first.
            IdleTimeout = Duration.Seconds(60),
        });

        Targets = new ApplicationTargetGroup(this, "Targets", new ApplicationTargetGroupProps
        {
            Vpc = network.Vpc,
            TargetType = TargetType.IP,
            Protocol = ApplicationProtocol.HTTP,
            Port = Network.ApiPort,
            Targets = [service.Fargate],
            DeregistrationDelay = Duration.Seconds(LeaveSeconds),
            HealthCheck = new Amazon.CDK.AWS.ElasticLoadBalancingV2.HealthCheck
            {
                Path = "/readyz",
                HealthyHttpCodes = "200",
                Interval = Duration.Seconds(CheckSeconds),
                Timeout = Duration.Seconds(CheckSeconds - 1),
                HealthyThresholdCount = Checks,
                UnhealthyThresholdCount = Checks,
            },
        });

        Balancer.AddListener("Https", new BaseApplicationListenerProps
        {
            Port = 443,
            Protocol = ApplicationProtocol.HTTPS,
            Certificates = [ListenerCertificate.FromArn(settings.CertificateArn ?? AskForCertificate())],
            SslPolicy = SslPolicy.TLS13_RES,
            DefaultTargetGroups = [Targets],
            Open = true,
        });
        Balancer.AddRedirect();
    }

    internal ApplicationLoadBalancer Balancer { get; }

    internal ApplicationTargetGroup Targets { get; }

    // Without a default, so that CloudFormation refuses a stack without a certificate.
    private string AskForCertificate() => new CfnParameter(Stack.Of(this), "CertificateArn", new CfnParameterProps
    {
        Type = "String",
        Description = "The certificate of the load balancer",
        AllowedPattern = $"arn:aws:acm:{DeploymentEnvironment.Region}:[0-9]{{12}}:certificate/[0-9a-f-]{{36}}",
        ConstraintDescription = $"the ARN of a certificate of ACM in {DeploymentEnvironment.Region}",
    }).ValueAsString;
}
