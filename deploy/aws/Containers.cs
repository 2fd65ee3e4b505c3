using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.Logs;

namespace S3Auth.Deploy.Aws;

/// <summary>What both containers of a task have in common.</summary>
internal static class Containers
{
    private const int LogBufferMiB = 25;

    /// <summary>Nothing that a container of ours does needs a capability.</summary>
    internal static LinuxParameters WithoutCapabilities(Construct scope, string id)
    {
        var parameters = new LinuxParameters(scope, id);
        parameters.DropCapabilities(Capability.ALL);
        return parameters;
    }

    /// <summary>
    /// Writes to a log group. Where CloudWatch does not take lines, nobody waits for it: grants go on, and lines beyond the buffer are
    /// lost.
    /// </summary>
    internal static LogDriver LogTo(ILogGroup group, string stream) => LogDriver.AwsLogs(new AwsLogDriverProps
    {
        LogGroup = group,
        StreamPrefix = stream,
        Mode = AwsLogDriverMode.NON_BLOCKING,
        MaxBufferSize = Size.Mebibytes(LogBufferMiB),
    });
}
