using Amazon.CDK;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.Logs;

namespace S3Auth.Deploy.Aws;

/// <summary>Settings that both containers of a task share.</summary>
internal static class Containers
{
    private const int LogBufferMiB = 25;

    /// <summary>Drops all capabilities: our containers need none.</summary>
    internal static LinuxParameters WithoutCapabilities(Construct scope, string id)
    {
        var parameters = new LinuxParameters(scope, id);
        parameters.DropCapabilities(Capability.ALL);
        return parameters;
    }

    /// <summary>
    /// Writes to a log group without blocking: while CloudWatch accepts no lines, the server keeps granting, and lines beyond the buffer
    /// are lost.
    /// </summary>
    internal static LogDriver LogTo(ILogGroup group, string stream) => LogDriver.AwsLogs(new AwsLogDriverProps
    {
        LogGroup = group,
        StreamPrefix = stream,
        Mode = AwsLogDriverMode.NON_BLOCKING,
        MaxBufferSize = Size.Mebibytes(LogBufferMiB),
    });
}
