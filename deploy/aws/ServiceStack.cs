using Amazon.CDK;

namespace S3Auth.Deploy.Aws;

/// <summary>One environment: network, bucket, Redis, signing identity, service, load balancer, alarms and dashboard.</summary>
public sealed class ServiceStack : Stack
{
    public ServiceStack(Construct scope, DeploymentSettings settings)
        : base(scope, $"S3Auth-{settings.Environment.Name}", new StackProps
        {
            Env = new Amazon.CDK.Environment { Region = DeploymentEnvironment.Region },
            Description = $"S3Auth, {settings.Environment.Name}",
            TerminationProtection = settings.Environment.IsKept,
        })
    {
        _ = new DataBucket(this, settings);
        var network = new Network(this, settings);
        var redis = new SharedRedis(this, settings.Environment, network);
        var service = new Service(this, settings, network, redis);
        var door = new FrontDoor(this, settings, network, service);
        service.Scale(settings.Environment, door.Targets);
        _ = new Watch(this, settings, service, door, redis);

        _ = new CfnOutput(
            this,
            "Address",
            new CfnOutputProps { Value = door.Balancer.LoadBalancerDnsName, Description = "What the certificate's name points to" });
        _ = new CfnOutput(this, "ClusterName", new CfnOutputProps { Value = service.Cluster.ClusterName });
        _ = new CfnOutput(this, "ServiceName", new CfnOutputProps { Value = service.Fargate.ServiceName });
        _ = new CfnOutput(this, "LogName", new CfnOutputProps { Value = service.Log.LogGroupName });
    }
}
