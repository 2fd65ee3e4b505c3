using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The load balancer: TLS outside, plain HTTP to tasks that say they are ready. What comes without TLS is sent to where it is.
/// </summary>
internal sealed class FrontDoor : Construct
{
    /// <summary>Seconds from one question for <c>/readyz</c> to the next.</summary>
    internal const int CheckSeconds = 5;

    /// <summary>How many answers in a row change what the load balancer thinks of a task.</summary>
    internal const int Checks = 2;

    /// <summary>How long a task that leaves ends its requests: the longest of them, a listing, takes 30 s.</summary>
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

            // Shorter than the 75 s of the API: the one who closes first must not be a task.
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

    // Without a default: CloudFormation refuses a stack whose certificate nobody named.
    private string AskForCertificate() => new CfnParameter(Stack.Of(this), "CertificateArn", new CfnParameterProps
    {
        Type = "String",
        Description = "The certificate of the load balancer",
        AllowedPattern = $"arn:aws:acm:{DeploymentEnvironment.Region}:[0-9]{{12}}:certificate/[0-9a-f-]{{36}}",
        ConstraintDescription = $"the ARN of a certificate of ACM in {DeploymentEnvironment.Region}",
    }).ValueAsString;
}
