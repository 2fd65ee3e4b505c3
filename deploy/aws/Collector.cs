using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// AWS's OpenTelemetry collector, which runs beside the API in each task and sends the server's metrics to CloudWatch. It writes them to a
/// log group, from which CloudWatch reads them, so it needs the permission to write to this group only.
/// </summary>
internal static class Collector
{
    /// <summary>The dimension that distinguishes the metrics of a task from others of the same name.</summary>
    internal const string ServiceDimension = "service.name";

    /// <summary>The value of <see cref="ServiceDimension"/>, as the API sends it.</summary>
    internal const string ServiceName = "s3auth";

    internal const string MetagraphAge = "s3auth.metagraph.age";
    internal const string FinalityLag = "s3auth.metagraph.finality.lag";
    internal const string UnknownFields = "s3auth.metagraph.runtime.unknown_fields";
    internal const string NodesFailing = "s3auth.metagraph.nodes.failing";
    internal const string NodeFailures = "s3auth.metagraph.node.failures";
    internal const string RedisUp = "s3auth.redis.up";
    internal const string Refusals = "s3auth.refusals";
    internal const string Decisions = "s3auth.decisions";
    internal const string Presigned = "s3auth.presigned";
    internal const string AuditLost = "s3auth.audit.lost";
    internal const string StoreProblem = "s3auth.store.problem";
    internal const string QuotaUsed = "s3auth.quota.used";
    internal const string QuotaLimit = "s3auth.quota.limit";

    /// <summary>The label of <see cref="Refusals"/>.</summary>
    internal const string CodeDimension = "code";

    /// <summary>The label of <see cref="NodeFailures"/>.</summary>
    internal const string ReasonDimension = "reason";

    /// <summary>
    /// Counters are sent as the difference to the last export: after a restart, the collector would report a total as new.
    /// </summary>
    internal const string Temporality = "delta";

    /// <summary>Where the API sends its metrics: the same task.</summary>
    internal const string Endpoint = "http://127.0.0.1:4317";

    // A tag in AWS's own registry. Before you raise it, read the exporter's release notes: names may change.
    private const string Image = "public.ecr.aws/aws-observability/aws-otel-collector:v0.45.1";
    private const string Nobody = "65534:65534";
    private const int Memory = 256;

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The metrics that are kept. AWS charges for each series; a metric with a label has one series for each value.
    private static readonly string[] Plain =
    [
        MetagraphAge, FinalityLag, UnknownFields, NodesFailing, NodeFailures, RedisUp, Refusals, Decisions, Presigned, AuditLost,
        StoreProblem, QuotaUsed, QuotaLimit,
    ];

    internal static string NamespaceOf(DeploymentEnvironment environment) => $"S3Auth/{environment.Name}";

    internal static void AddTo(TaskDefinition task, DeploymentEnvironment environment, ILogGroup log, ILogGroup metrics)
    {
        task.AddContainer("collector", new ContainerDefinitionOptions
        {
            ContainerName = "collector",
            Image = ContainerImage.FromRegistry(Image),

            // The server keeps granting without the collector; alarms on missing data report it.
            Essential = false,
            User = Nobody,
            ReadonlyRootFilesystem = true,
            LinuxParameters = Containers.WithoutCapabilities(task, "CollectorLinux"),
            MemoryLimitMiB = Memory,
            Environment =
                new Dictionary<string, string>(StringComparer.Ordinal) { ["AOT_CONFIG_CONTENT"] = Configure(environment, metrics) },
            Logging = Containers.LogTo(log, "collector"),
        });

        // This version of the CDK does not know the property yet: ECS restarts the collector if it exits.
        ((CfnTaskDefinition)task.Node.DefaultChild!).AddPropertyOverride(
            "ContainerDefinitions.1.RestartPolicy",
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["Enabled"] = true,
            });
        task.TaskRole.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Metrics",
            Actions = ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resources = [metrics.LogGroupArn],
        }));
    }

    // JSON is YAML.
    private static string Configure(DeploymentEnvironment environment, ILogGroup metrics)
    {
        string[] from = ["otlp"], through = ["filter", "batch"], to = ["awsemf"];
        return JsonSerializer.Serialize(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["receivers"] = new { otlp = new { protocols = new { grpc = new { endpoint = Endpoint["http://".Length..] } } } },
                ["processors"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["filter"] = new { metrics = new { include = new { match_type = "strict", metric_names = Plain } } },
                    ["batch"] = new { timeout = "10s" },
                },
                ["exporters"] = new
                {
                    awsemf = new
                    {
                        region = DeploymentEnvironment.Region,
                        @namespace = NamespaceOf(environment),
                        log_group_name = metrics.LogGroupName,
                        dimension_rollup_option = "NoDimensionRollup",
                        resource_to_telemetry_conversion = new { enabled = true },

                        // CloudWatch rejects lines with OpenTelemetry's units in braces.
                        metric_descriptors = Plain.Where(name => name != MetagraphAge).Select(name =>
                            new { metric_name = name, unit = "Count", overwrite = true }),
                        metric_declarations = new object[]
                        {
                            new { dimensions = new[] { new[] { ServiceDimension } }, metric_name_selectors = Plain.Select(Exactly) },
                            new
                            {
                                dimensions = new[] { new[] { ServiceDimension, CodeDimension } },
                                metric_name_selectors = new[] { Exactly(Refusals) },
                            },
                            new
                            {
                                dimensions = new[] { new[] { ServiceDimension, ReasonDimension } },
                                metric_name_selectors = new[] { Exactly(NodeFailures) },
                            },
                        },
                    },
                },
                ["service"] = new
                {
                    pipelines = new { metrics = new { receivers = from, processors = through, exporters = to } },
                },
            },
            Plainly);
    }

    // No $ at the end: the collector would read it as a variable.
    private static string Exactly(string name) => @"\A" + name.Replace(".", @"\.", StringComparison.Ordinal) + @"\z";
}
