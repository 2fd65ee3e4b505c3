using Amazon.CDK;

namespace S3Auth.Deploy.Aws;

/// <summary>The CDK app: one stack with the image repository for the account, and one stack for each environment.</summary>
public static class Deployment
{
    // Defaults of new CDK projects. They are here and not in cdk.json, so that every synthesis gives the same template.
    private static readonly Dictionary<string, object> Behaviours = new(StringComparer.Ordinal)
    {
        ["@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker"] = true,
        ["@aws-cdk/aws-ecs:arnFormatIncludesClusterName"] = true,
        ["@aws-cdk/aws-iam:minimizePolicies"] = false,
        ["@aws-cdk/core:checkSecretUsage"] = true,
        ["@aws-cdk/core:enablePartitionLiterals"] = true,
    };

    /// <summary>Creates all stacks. Makes no call to AWS and needs no account.</summary>
    /// <param name="outputFolder">The folder for the templates.</param>
    /// <param name="context">Settings (<see cref="DeploymentSettings"/>) by name; the CDK's command line takes precedence.</param>
    /// <exception cref="SettingsException">A setting is invalid.</exception>
    public static App Define(string outputFolder, IReadOnlyDictionary<string, string>? context = null)
    {
        var all = new Dictionary<string, object>(Behaviours, StringComparer.Ordinal);
        foreach (var (name, value) in context ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            all[name] = value;
        }

        var app = new App(new AppProps { Outdir = outputFolder, Context = all, AnalyticsReporting = false });
        var settings = DeploymentSettings.ReadAll(name => app.Node.TryGetContext(name)?.ToString());

        _ = new ImagesStack(app, DeploymentEnvironment.Region);
        foreach (var environment in settings)
        {
            _ = new ServiceStack(app, environment);
        }

        return app;
    }
}
