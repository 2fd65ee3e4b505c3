using S3Auth.Deploy.Aws;

namespace S3Auth.Deploy.Aws.Tests;

/// <summary>What the containers are told and may do. The API's variables are read here by the API's own reader.</summary>
public sealed class ContainerTests
{
    // Not read by the API's own reader, but by what it is made of.
    private static readonly string[] OfOthers =
    [
        "ASPNETCORE_ENVIRONMENT", // ASP.NET Core
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", // the AWS SDK: docs/credentials.md
        // OpenTelemetry: docs/limits.md
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "OTEL_TRACES_SAMPLER",
    ];

    private static IEnumerable<string> Environments => Synthesised.Environments;

    [TestCaseSource(nameof(Environments))]
    public void Api_starts_with_what_its_container_is_told(string environment)
    {
        var expected = DeploymentEnvironment.All.Single(one => one.Name == environment);

        var options = Read(Synthesised.Default(environment));

        Assert.Multiple(() =>
        {
            Assert.That(options.Netuid, Is.EqualTo(expected.Netuid));
            Assert.That(options.Chain!.Network.Endpoints, Is.Not.Empty);
            Assert.That(options.Store!.Bucket, Is.EqualTo(expected.Bucket));
            Assert.That(options.Store.Region, Is.EqualTo("us-east-2"));
            Assert.That(options.Limits.Redis!.HostAndPort, Is.EqualTo("host.example:6379"));
            Assert.That(options.MetricsToken, Is.Not.Null);
            Assert.That(options.Port, Is.EqualTo(8000));
            Assert.That(options.LoopbackOnly, Is.False);
        });
    }

    [Test]
    public void Deployments_are_the_three_that_there_are() => Assert.That(
        DeploymentEnvironment.All.Select(one => (one.Name, one.Network, one.Netuid, one.Bucket)),
        Is.EqualTo(new[]
        {
            ("development", "finney", 46, "1000-resilabs-caleb-dev-bittensor-sn46-datacollection"),
            ("testnet", "test", 428, "2000-resilabs-test-bittensor-sn428-datacollection"),
            ("production", "finney", 46, "4000-resilabs-prod-bittensor-sn46-datacollection"),
        }));

    [TestCaseSource(nameof(Environments))]
    public void Every_variable_is_one_that_the_api_knows(string environment)
    {
        foreach (var template in new[] { Synthesised.Default(environment), Synthesised.SignedByRole(environment), Synthesised.Configured })
        {
            var variables = Variables(template);

            Assert.That(variables.Keys, Is.SubsetOf(Settings.All.Select(setting => setting.Name).Concat(OfOthers)));
            Assert.That(KnownVariables.Read(variables).WithoutEffect, Is.Empty);
        }
    }

    [TestCaseSource(nameof(Environments))]
    public void Trusted_proxies_are_the_load_balancers_subnets_and_no_others(string environment)
    {
        var template = Synthesised.Default(environment);
        var subnets = template
            .Resources("AWS::EC2::Subnet")
            .ToDictionary(subnet => subnet.Id, subnet => (string?)subnet.Properties["CidrBlock"]);
        var balancers = template
            .Only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Subnets"]!
            .AsArray()
            .Select(subnet => subnets[subnet!["Ref"]!.ToString()]);

        var options = Read(template);

        Assert.That(options.TrustedProxies.Select(network => network.ToString()).ToList(), Is.EquivalentTo(balancers).And.Count.EqualTo(2));
    }

    [Test]
    public void Origins_are_those_of_the_settings_for_api_and_bucket_alike()
    {
        var template = Synthesised.Configured;
        string[] origins = ["https://a.example", "https://b.example"];

        Assert.Multiple(() =>
        {
            Assert.That(Read(template).CorsOrigins, Is.EqualTo(origins));
            Assert.That(
                template
                    .Only("AWS::S3::Bucket")["CorsConfiguration"]!["CorsRules"]!
                    .AsArray()
                    .Single()!["AllowedOrigins"]!
                    .AsArray()
                    .Select(origin => origin!.ToString()),
                Is.EqualTo(origins));
            Assert.That(Synthesised.Default("production").Only("AWS::S3::Bucket").ContainsKey("CorsConfiguration"), Is.False);
        });
    }

    [Test]
    public void Layout_readers_and_sizes_are_those_of_the_settings() => Assert.Multiple(() =>
    {
        var (chosen, standard) = (Read(Synthesised.Configured), Read(Synthesised.Default("production")));

        Assert.That(chosen.Layout.Structure, Is.EqualTo("sn46/{source}/{hotkey}/"));
        Assert.That(chosen.Layout.Sources.Select(source => source.Name), Is.EqualTo(new[] { "video", "audio" }));
        Assert.That(chosen.Rules.MinersMayRead, Is.True);
        Assert.That((chosen.FileSizes.MinBytes, chosen.FileSizes.MaxBytes), Is.EqualTo((0, 2L << 30)));
        Assert.That((standard.Layout.Name, standard.Rules.MinersMayRead), Is.EqualTo(("coldkey", false)));
    });

    [Test]
    public void Page_shows_the_address_that_is_chosen() => Assert.Multiple(() =>
    {
        Assert.That(Read(Synthesised.Configured).PublicUrl, Is.EqualTo(new Uri("https://s3-auth.example")));
        Assert.That(Read(Synthesised.Default("production")).PublicUrl, Is.Null);
    });

    [Test]
    public void Chosen_nodes_are_read_and_must_agree() => Assert.Multiple(() =>
    {
        var (chosen, standard) = (Read(Synthesised.Configured).Chain!, Read(Synthesised.Default("production")).Chain!);

        Assert.That(
            chosen.Network.Endpoints.Select(endpoint => endpoint.Origin),
            Is.EqualTo(new[] { "wss://a.example", "wss://b.example", "wss://c.example" }));
        Assert.That(chosen.NodesThatAgree, Is.EqualTo(2));
        Assert.That((standard.Network.Name, standard.NodesThatAgree), Is.EqualTo(("finney", 1)));
    });

    [TestCaseSource(nameof(Environments))]
    public void Containers_write_nothing_but_data_and_are_nobody(string environment)
    {
        var template = Synthesised.Default(environment);
        var containers = template.Only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]!.AsArray();

        Assert.Multiple(() =>
        {
            foreach (var container in containers)
            {
                Assert.That((bool)container!["ReadonlyRootFilesystem"]!, Is.True);
                Assert.That((string?)container["User"], Does.Match("^[1-9][0-9]*:[1-9][0-9]*$"));
                Assert.That(container["LinuxParameters"]!["Capabilities"]!.ToJsonString(), Is.EqualTo("""{"Drop":["ALL"]}"""));
                Assert.That(container["LogConfiguration"]!["Options"]!["awslogs-group"]!["Ref"], Is.Not.Null);
            }

            Assert.That(
                template.Container("api")["MountPoints"]!.ToJsonString(),
                Is.EqualTo("""[{"ContainerPath":"/data","ReadOnly":false,"SourceVolume":"data"}]"""));
            Assert.That(Variables(template)["DATA_DIR"], Is.EqualTo("/data"));
            Assert.That(template.Container("collector").ContainsKey("MountPoints"), Is.False);
        });
    }

    [TestCaseSource(nameof(Environments))]
    public void Secrets_come_from_secrets_manager_and_stand_nowhere(string environment)
    {
        foreach (var template in new[] { Synthesised.Default(environment), Synthesised.Configured })
        {
            var told = template.Container("api")["Environment"]!.AsArray().Select(variable => (string)variable!["Name"]!);
            var secrets = template.Resources("AWS::SecretsManager::Secret").ToList();

            Assert.Multiple(() =>
            {
                Assert.That(told, Has.None.AnyOf("REDIS_URL", "METRICS_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"));
                foreach (var (id, properties) in secrets)
                {
                    // Made by Secrets Manager, or put together from what others made.
                    Assert.That(
                        properties.ContainsKey("GenerateSecretString")
                        || (properties["SecretString"]!.ToJsonString() is var text
                            && (
                                text.Contains("{{resolve:secretsmanager:", StringComparison.Ordinal)
                                    || text.Contains("\"SecretAccessKey\"]", StringComparison.Ordinal))),
                        Is.True,
                        id);
                }

                // Where the values go besides: the password to Redis, and nothing into an output, which anyone who sees the stack sees.
                Assert.That(
                    template.ToJsonString().Split("SecretAccessKey\"]").Length - 1,
                    Is.EqualTo(template.Resources("AWS::IAM::AccessKey").Count()));
                Assert.That(template.ToJsonString().Split("{{resolve:").Length - 1, Is.EqualTo(2));
                Assert.That(template["Outputs"]!.ToJsonString(), Does.Not.Contain("SecretAccessKey").And.Not.Contain("resolve:"));
            });
        }
    }

    [TestCaseSource(nameof(Environments))]
    public void Stopping_takes_as_long_as_the_load_balancer_and_the_api_need(string environment)
    {
        var template = Synthesised.Default(environment);
        var targets = template.Only("AWS::ElasticLoadBalancingV2::TargetGroup");
        var notices = (int)targets["HealthCheckIntervalSeconds"]! * (int)targets["UnhealthyThresholdCount"]!;
        var leaves = int.Parse(
            targets["TargetGroupAttributes"]!
                .AsArray()
                .Single(one => (string?)one!["Key"] == "deregistration_delay.timeout_seconds")!["Value"]!
                .ToString(),
            System.Globalization.CultureInfo.InvariantCulture);

        var options = Read(template);

        Assert.Multiple(() =>
        {
            Assert.That(options.DrainTime.TotalSeconds, Is.GreaterThanOrEqualTo(notices));
            Assert.That((int)template.Container("api")["StopTimeout"]!, Is.GreaterThan(S3Auth.Api.Drain.MaxStopTime.TotalSeconds));
            Assert.That(
                leaves,
                Is.GreaterThan(options.StoreUsage.ListingTimeout.TotalSeconds).And.GreaterThan(options.DrainTime.TotalSeconds));
        });
    }

    // The files that other deployments are started from, where they are part of the source.
    [TestCaseSource(nameof(Environments))]
    public void Deployment_says_what_its_environment_file_says(string environment)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "env", $"{environment}.env");
        if (!File.Exists(file))
        {
            Assert.Ignore("There is no deploy/env to compare with.");
        }

        var said = File.ReadLines(file)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2 && !parts[0].StartsWith('#'))
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim(), StringComparer.Ordinal);
        var told = Variables(Synthesised.Default(environment));

        Assert.Multiple(() =>
        {
            foreach (var name in new[] { "BT_NETWORK", "NET_UID", "S3_BUCKET", "S3_REGION" })
            {
                Assert.That(told[name], Is.EqualTo(said[name]), name);
            }
        });
    }

    private static ServiceOptions Read(JsonObject template) => KnownVariables.Read(Variables(template)).Options;

    // Secrets as they will be: of the same form, from what their template says.
    // CloudFormation fills in the ARN of the role of sessions.
    private static string TextOf(JsonNode value) =>
        value is JsonObject && value["Fn::GetAtt"] is { } attribute ? $"arn:aws:iam::123456789012:role/{attribute[0]}" : (string)value!;

    private static Dictionary<string, string> Variables(JsonObject template)
    {
        var api = template.Container("api");
        var all = api["Environment"]!
            .AsArray()
            .ToDictionary(one => (string)one!["Name"]!, one => TextOf(one!["Value"]!), StringComparer.Ordinal);
        foreach (var secret in api["Secrets"]!.AsArray())
        {
            var source = secret!["ValueFrom"]!;
            var id = (source["Ref"] ?? source["Fn::Join"]![1]![0]!["Ref"])!.ToString();
            all.Add(
                (string)secret["Name"]!,
                ValueOf(template.Resources("AWS::SecretsManager::Secret").Single(one => one.Id == id).Properties));
        }

        return all;
    }

    private static string ValueOf(JsonObject secret) => secret["GenerateSecretString"] is { } generated
        ? new string('x', (int)generated["PasswordLength"]!)
        : string.Concat(secret["SecretString"]!["Fn::Join"]![1]!.AsArray().Select(part => part switch
        {
            JsonValue text => text.ToString(),
            { } endpoint when endpoint.ToJsonString().Contains("PrimaryEndPoint.Address", StringComparison.Ordinal) => "host.example",
            _ => "x",
        })).Replace("{{resolve:secretsmanager:x:SecretString:::}}", new string('x', 64), StringComparison.Ordinal);
}
