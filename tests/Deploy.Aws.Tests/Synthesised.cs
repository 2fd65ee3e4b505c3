using Amazon.CDK;
using Amazon.CDK.Assertions;
using S3Auth.Deploy.Aws;

namespace S3Auth.Deploy.Aws.Tests;

/// <summary>All stacks, synthesised in this process once for each choice of settings. It takes Node, in which the CDK runs.</summary>
internal static class Synthesised
{
    internal const string Certificate = "arn:aws:acm:us-east-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef";

    private static readonly Lazy<Stacks> Standard = new(() => Make(new Dictionary<string, string>(StringComparer.Ordinal)));

    private static readonly Lazy<Stacks> WithRole = new(() => Make(
        DeploymentEnvironment.All.ToDictionary(environment => $"{environment.Name}:signing", _ => "role", StringComparer.Ordinal)));

    private static readonly Lazy<Stacks> Chosen = new(() => Make(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["production:certificateArn"] = Certificate,
        ["production:signingKeys"] = "1,2",
        ["production:nodes"] = "wss://a.example, wss://b.example:443, wss://c.example",
        ["production:nodesThatAgree"] = "2",
        ["production:corsOrigins"] = "https://a.example, https://b.example",
        ["production:publicUrl"] = "https://s3-auth.example",
        ["production:alarmEmail"] = "on-call@example.org",
        ["production:imageTag"] = "1.2.3",
        ["production:folderLayout"] = "sn{netuid}/{source}/{hotkey}/",
        ["production:sources"] = "video, audio",
        ["production:readers"] = "validators,miners",
        ["production:minFileBytes"] = "0",
        ["production:maxFileBytes"] = "2GiB",
        ["production:sessions"] = "sts",
    }));

    private static readonly Lazy<Stacks> WithRoleAndSessions = new(() => Make(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["production:signing"] = "role",
        ["production:sessions"] = "sts",
    }));

    internal static IEnumerable<string> Environments => DeploymentEnvironment.All.Select(environment => environment.Name);

    /// <summary>With nothing set: an IAM user signs.</summary>
    internal static JsonObject Default(string environment) => Of(Standard).Read($"S3Auth-{environment}");

    /// <summary>The task's role signs.</summary>
    internal static JsonObject SignedByRole(string environment) => Of(WithRole).Read($"S3Auth-{environment}");

    /// <summary>Production with everything set that can be.</summary>
    internal static JsonObject Configured => Of(Chosen).Read("S3Auth-production");

    /// <summary>Production with temporary credentials; the task's role signs.</summary>
    internal static JsonObject SessionsSignedByRole => Of(WithRoleAndSessions).Read("S3Auth-production");

    /// <summary>The images' repository.</summary>
    internal static JsonObject Images => Of(Standard).Read("S3Auth-images");

    /// <summary>Everything that these tests synthesise.</summary>
    internal static IEnumerable<JsonObject> All =>
        [Images, .. Environments.Select(Default), .. Environments.Select(SignedByRole), Configured, SessionsSignedByRole];

    /// <summary>For the CDK's own assertions.</summary>
    internal static Template Assert(string environment) =>
        Template.FromStack((Stack)Of(Standard).App.Node.FindChild($"S3Auth-{environment}"));

    /// <summary>Removes what was written.</summary>
    internal static void Remove()
    {
        foreach (var stacks in new[] { Standard, WithRole, Chosen, WithRoleAndSessions }.Where(stacks => stacks.IsValueCreated))
        {
            Directory.Delete(stacks.Value.Folder, recursive: true);
        }
    }

    internal static IEnumerable<(string Id, JsonObject Properties)> Resources(this JsonObject template, string type) =>
        template["Resources"]!.AsObject()
            .Where(resource => (string?)resource.Value!["Type"] == type)
            .Select(resource => (resource.Key, resource.Value!["Properties"]?.AsObject() ?? []));

    internal static JsonObject Only(this JsonObject template, string type) => template.Resources(type).Single().Properties;

    internal static JsonObject Container(this JsonObject template, string name) =>
        template
            .Only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]!
            .AsArray()
            .Select(container => container!.AsObject())
            .Single(container => (string?)container["Name"] == name);

    private static Stacks Of(Lazy<Stacks> stacks)
    {
        IgnoreWithoutNode();
        return stacks.Value;
    }

    private static Stacks Make(Dictionary<string, string> context)
    {
        var app = Deployment.Define(Directory.CreateTempSubdirectory("s3auth-cdk-").FullName, context);
        return new Stacks(app, app.Synth().Directory);
    }

    private static void IgnoreWithoutNode()
    {
        var folders = System.Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe"))))
        {
            NUnit.Framework.Assert.Ignore("Node is not on the PATH: AWS's templates cannot be synthesised.");
        }
    }

    private sealed record Stacks(App App, string Folder)
    {
        internal JsonObject Read(string stack) =>
            JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{stack}.template.json")))!.AsObject();
    }
}
