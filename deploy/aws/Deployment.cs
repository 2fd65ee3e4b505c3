using Amazon.CDK;

namespace S3Auth.Deploy.Aws;

/// <summary>What there is to deploy: the images' repository, once an account, and a stack for each environment.</summary>
public static class Deployment
{
    // What CDK does by default only in new projects. Here rather than in cdk.json, so that a template is the same whoever synthesises it.
    private static readonly Dictionary<string, object> Behaviours = new(StringComparer.Ordinal)
    {
        ["@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker"] = true,
        ["@aws-cdk/aws-ecs:arnFormatIncludesClusterName"] = true,
        ["@aws-cdk/aws-iam:minimizePolicies"] = false,
        ["@aws-cdk/core:checkSecretUsage"] = true,
        ["@aws-cdk/core:enablePartitionLiterals"] = true,
    };

    /// <summary>All stacks, ready to be synthesised. Nothing is asked of AWS: no account is needed.</summary>
    /// <param name="outputFolder">Where the templates are written to.</param>
    /// <param name="context">Settings (<see cref="DeploymentSettings"/>) by name; those of the CDK's command line are over them.</param>
    /// <exception cref="SettingsException">A setting cannot be used.</exception>
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
