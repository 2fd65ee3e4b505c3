using Amazon.CDK.Assertions;
using S3Auth.Deploy.Aws;

namespace S3Auth.Deploy.Aws.Tests;

/// <summary>What there is, and what is open to whom.</summary>
public sealed class StackTests
{
    private static IEnumerable<string> Environments => Synthesised.Environments;

    [TestCaseSource(nameof(Environments))]
    public void Only_the_load_balancer_is_open_to_everyone_on_443_and_80(string environment)
    {
        var template = Synthesised.Default(environment);
        var balancer = template
            .Only("AWS::ElasticLoadBalancingV2::LoadBalancer")["SecurityGroups"]!
            .AsArray()
            .Single()!["Fn::GetAtt"]![0]!
            .ToString();

        var open = template.Resources("AWS::EC2::SecurityGroup")
            .SelectMany(group =>
                group.Properties["SecurityGroupIngress"]?.AsArray().Select(rule => (group.Id, rule: rule!.AsObject())) ?? [])
            .Concat(
                template
                    .Resources("AWS::EC2::SecurityGroupIngress")
                    .Select(rule => (rule.Properties["GroupId"]!.ToJsonString(), rule: rule.Properties)))
            .Where(one => !one.rule.ContainsKey("SourceSecurityGroupId"))
            .Select(one => (one.Item1, $"{one.rule["CidrIp"]} {one.rule["IpProtocol"]} {one.rule["FromPort"]}-{one.rule["ToPort"]}"));

        Assert.That(open, Is.EquivalentTo(new[] { (balancer, "0.0.0.0/0 tcp 443-443"), (balancer, "0.0.0.0/0 tcp 80-80") }));
    }

    [TestCaseSource(nameof(Environments))]
    public void Tasks_reach_tls_and_redis_only(string environment)
    {
        var template = Synthesised.Default(environment);

        var anywhere = template.Resources("AWS::EC2::SecurityGroup")
            .SelectMany(group => group.Properties["SecurityGroupEgress"]?.AsArray() ?? [])
            .Where(rule => (string?)rule!["CidrIp"] != "255.255.255.255/32")
            .Select(rule => $"{rule!["CidrIp"]} {rule["IpProtocol"]} {rule["FromPort"]}-{rule["ToPort"]}");

        Assert.That(anywhere, Is.EqualTo(new[] { "0.0.0.0/0 tcp 443-443" }));
    }

    [TestCaseSource(nameof(Environments))]
    public void Requests_without_tls_are_sent_to_where_it_is(string environment)
    {
        var template = Synthesised.Default(environment);
        var listeners = template
            .Resources("AWS::ElasticLoadBalancingV2::Listener")
            .ToDictionary(one => (int)one.Properties["Port"]!, one => one.Properties);

        Assert.Multiple(() =>
        {
            Assert.That(listeners.Keys, Is.EquivalentTo(new[] { 80, 443 }));
            Assert.That(
                listeners[80]["DefaultActions"]!.AsArray().Single()!["RedirectConfig"]!["Protocol"]!.ToString(),
                Is.EqualTo("HTTPS"));
            Assert.That((string?)listeners[443]["Protocol"], Is.EqualTo("HTTPS"));
            Assert.That((string?)listeners[443]["SslPolicy"], Is.EqualTo("ELBSecurityPolicy-TLS13-1-2-Res-2021-06"));
            Assert.That(listeners[443]["Certificates"]!.ToJsonString(), Is.EqualTo("""[{"CertificateArn":{"Ref":"CertificateArn"}}]"""));
            Assert.That(template["Parameters"]!["CertificateArn"]!.AsObject().ContainsKey("Default"), Is.False);
            Assert.That((string?)template.Only("AWS::ElasticLoadBalancingV2::TargetGroup")["HealthCheckPath"], Is.EqualTo("/readyz"));
        });
    }

    [Test]
    public void Certificate_of_the_settings_is_used() => Assert.That(
        Synthesised.Configured.Resources("AWS::ElasticLoadBalancingV2::Listener").Single(one =>
            (int)one.Properties["Port"]! == 443).Properties["Certificates"]!.ToJsonString(),
        Is.EqualTo($$"""[{"CertificateArn":"{{Synthesised.Certificate}}"}]"""));

    [TestCaseSource(nameof(Environments))]
    public void Service_runs_two_tasks_in_two_zones_and_puts_a_failed_deployment_back(string environment)
    {
        var template = Synthesised.Assert(environment);

        template.HasResourceProperties("AWS::ECS::Service", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["DeploymentConfiguration"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["DeploymentCircuitBreaker"] =
                    new Dictionary<string, object>(StringComparer.Ordinal) { ["Enable"] = true, ["Rollback"] = true },
                ["MinimumHealthyPercent"] = 100,
                ["MaximumPercent"] = 200,
            },
            ["NetworkConfiguration"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["AwsvpcConfiguration"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["AssignPublicIp"] = "DISABLED" },
            },
        });
        template.HasResourceProperties(
            "AWS::ApplicationAutoScaling::ScalableTarget",
            new Dictionary<string, object>(StringComparer.Ordinal) { ["MinCapacity"] = 2 });
        template.ResourceCountIs("AWS::ApplicationAutoScaling::ScalingPolicy", 2);
        foreach (var metric in new[] { "ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget" })
        {
            template.HasResourceProperties(
                "AWS::ApplicationAutoScaling::ScalingPolicy",
                Match.ObjectLike(new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["TargetTrackingScalingPolicyConfiguration"] = new Dictionary<string, object>(StringComparer.Ordinal)
                    {
                        ["PredefinedMetricSpecification"] =
                            new Dictionary<string, object>(StringComparer.Ordinal) { ["PredefinedMetricType"] = metric },
                    },
                }));
        }

        var read = Synthesised.Default(environment);
        var zones = read.Only("AWS::ECS::Service")["NetworkConfiguration"]!["AwsvpcConfiguration"]!["Subnets"]!.AsArray()
            .Select(subnet => read["Resources"]![subnet!["Ref"]!.ToString()]!["Properties"]!["AvailabilityZone"]!.ToJsonString());
        Assert.That(zones.Distinct(StringComparer.Ordinal).Count(), Is.EqualTo(2));
    }

    [TestCaseSource(nameof(Environments))]
    public void Redis_speaks_tls_asks_for_a_password_forgets_nothing_and_survives_a_zone(string environment)
    {
        var template = Synthesised.Default(environment);
        var group = template.Only("AWS::ElastiCache::ReplicationGroup");

        Assert.Multiple(() =>
        {
            foreach (var property in new[]
            {
                "TransitEncryptionEnabled", "AtRestEncryptionEnabled", "AutomaticFailoverEnabled", "MultiAZEnabled",
            })
            {
                Assert.That((bool?)group[property], Is.True, property);
            }

            Assert.That((string?)group["TransitEncryptionMode"], Is.EqualTo("required"));
            Assert.That((int)group["NumCacheClusters"]!, Is.EqualTo(2));
            Assert.That(group["AuthToken"]!.ToJsonString(), Does.StartWith("""{"Fn::Join":["",["{{resolve:secretsmanager:"""));
            Assert.That(
                template.Only("AWS::ElastiCache::ParameterGroup")["Properties"]!.ToJsonString(),
                Is.EqualTo("""{"maxmemory-policy":"noeviction"}"""));
            var secret = template.Resources("AWS::SecretsManager::Secret")
                .Select(one => one.Properties["SecretString"])
                .Single(text => text?.ToJsonString().Contains("PrimaryEndPoint", StringComparison.Ordinal) == true);
            Assert.That(secret!["Fn::Join"]![1]![0]!.ToString(), Does.StartWith("rediss://:"));
        });
    }

    [TestCaseSource(nameof(Environments))]
    public void Bucket_is_private_encrypted_versioned_and_outlives_the_stack(string environment)
    {
        var template = Synthesised.Default(environment);
        var (id, bucket) = template.Resources("AWS::S3::Bucket").Single();
        var rules = bucket["LifecycleConfiguration"]!["Rules"]!.AsArray();

        Assert.Multiple(() =>
        {
            Assert.That(
                bucket["PublicAccessBlockConfiguration"]!.AsObject().Select(one => (bool)one.Value!),
                Is.EqualTo(new[] { true, true, true, true }));
            Assert.That(bucket["BucketEncryption"]!.ToJsonString(), Does.Contain("\"SSEAlgorithm\":\"AES256\""));
            Assert.That(bucket["VersioningConfiguration"]!["Status"]!.ToString(), Is.EqualTo("Enabled"));
            Assert.That(rules.Count(rule => rule!["AbortIncompleteMultipartUpload"] is not null), Is.EqualTo(1));
            Assert.That(rules.Count(rule => rule!["NoncurrentVersionExpiration"] is not null), Is.EqualTo(1));
            Assert.That(rules.Any(rule => rule!["ExpirationInDays"] is not null), Is.False, "what miners uploaded never expires");
            Assert.That(template["Resources"]![id]!["DeletionPolicy"]!.ToString(), Is.EqualTo("Retain"));
            Assert.That(template["Resources"]![id]!["UpdateReplacePolicy"]!.ToString(), Is.EqualTo("Retain"));

            // Upload forms say acl=private (UploadPolicy): a bucket that knows no ACLs refuses them.
            Assert.That(bucket["OwnershipControls"]!["Rules"]![0]!["ObjectOwnership"]!.ToString(), Is.EqualTo("BucketOwnerPreferred"));
        });
    }

    [Test]
    public void Second_key_is_made_beside_the_first_and_signs()
    {
        var template = Synthesised.Configured;
        var secret = template
            .Container("api")["Secrets"]!
            .AsArray()
            .Single(one => (string?)one!["Name"] == "AWS_SECRET_ACCESS_KEY")!["ValueFrom"]!
            .ToJsonString();
        var inUse = template
            .Resources("AWS::SecretsManager::Secret")
            .Single(one => secret.Contains($"\"{one.Id}\"", StringComparison.Ordinal)).Properties;

        Assert.Multiple(() =>
        {
            Assert.That(template.Resources("AWS::IAM::AccessKey").Count(), Is.EqualTo(2));
            Assert.That((string?)inUse["Description"], Is.EqualTo("S3Auth: signing key 2"));
            Assert.That(
                Synthesised.Default("production").Resources("AWS::IAM::AccessKey").Select(key => key.Id),
                Is.SubsetOf(template.Resources("AWS::IAM::AccessKey").Select(key => key.Id)),
                "the first stays the same");

            // A deployment that is put back starts tasks with the first again.
            Assert.That(
                Statement.In(template).Single(statement => statement.Actions.Contains("secretsmanager:GetSecretValue")).Objects,
                Is.SupersetOf(
                    template
                        .Resources("AWS::SecretsManager::Secret")
                        .Where(one => one.Id.StartsWith("ServiceSigning", StringComparison.Ordinal))
                        .Select(one => $$"""{"Ref":"{{one.Id}}"}""")));
        });
    }

    [TestCaseSource(nameof(Environments))]
    public void Somebody_is_told_of_every_alarm(string environment)
    {
        var template = Synthesised.Default(environment);
        var (topic, _) = template.Resources("AWS::SNS::Topic").Single();
        var alarms = template.Resources("AWS::CloudWatch::Alarm").ToList();

        Assert.Multiple(() =>
        {
            Assert.That(alarms.Select(alarm => alarm.Id), Is.Unique);
            foreach (var subject in new[]
            {
                "ServerErrors", "SlowAnswers", "TooFewTasks", "OldMetagraph", "RuntimeUnsupported", "NodeDisagrees", "FinalityLags",
                "RedisAway", "RedisFull", "ManyRefusals", "StoreProblem", "RecordsLost", "QuotaNearlyUsed",
            })
            {
                Assert.That(
                    alarms.Count(alarm => alarm.Id.StartsWith("Watch" + subject, StringComparison.Ordinal)),
                    Is.EqualTo(1),
                    subject);
            }

            Assert.That(
                alarms.Select(alarm => alarm.Properties["AlarmActions"]!.ToJsonString()),
                Is.All.EqualTo($$"""[{"Ref":"{{topic}}"}]"""));
            Assert.That(template.Resources("AWS::CloudWatch::Dashboard").Count(), Is.EqualTo(1));
            Assert.That(template.Resources("AWS::Logs::LogGroup").Select(log => (int?)log.Properties["RetentionInDays"]), Is.All.Not.Null);
        });
    }

    // A metric that the collector does not pass on is an alarm that never rings.
    [TestCaseSource(nameof(Environments))]
    public void What_is_watched_is_what_the_collector_sends(string environment)
    {
        var template = Synthesised.Default(environment);
        var collector = Collector(environment);
        var sent = Sent(collector);
        var exporter = collector["exporters"]!["awsemf"]!;
        var selectors = exporter["metric_declarations"]![0]!["metric_name_selectors"]!.AsArray().Select(name => name!.ToString()).ToList();

        var watched = template.Resources("AWS::CloudWatch::Alarm")
            .SelectMany(alarm =>
                alarm.Properties["Metrics"]?.AsArray().Select(one => one!["MetricStat"]?["Metric"]?.AsObject()) ?? [alarm.Properties])
            .Where(metric => ((string?)metric?["Namespace"])?.StartsWith("S3Auth/", StringComparison.Ordinal) == true)
            .ToList();

        Assert.Multiple(() =>
        {
            Assert.That(
                watched.Select(metric => (string)metric!["MetricName"]!).Distinct(StringComparer.Ordinal), Is.Not.Empty.And.SubsetOf(sent));
            Assert.That(watched.Select(metric => (string)metric!["Namespace"]!), Is.All.EqualTo((string)exporter["namespace"]!));
            Assert.That(
                watched.Select(metric => metric!["Dimensions"]!.AsArray()
                    .Single(dimension => (string)dimension!["Name"]! == "service.name")!["Value"]!.ToString()),
                Is.All.EqualTo("s3auth"));
            Assert.That(
                watched.Where(metric => !IsSent(metric!)).Select(metric => metric!.ToJsonString()),
                Is.Empty,
                "other dimensions than are sent");
            Assert.That(exporter["metric_declarations"]![0]!["dimensions"]!.ToJsonString(), Is.EqualTo("""[["service.name"]]"""));
            Assert.That(exporter["resource_to_telemetry_conversion"]!["enabled"]!.GetValue<bool>(), Is.True);
            Assert.That(
                sent,
                Is.All.Matches<string>(name =>
                    selectors.Any(selector =>
                        System.Text.RegularExpressions.Regex.IsMatch(
                            name,
                            selector,
                            System.Text.RegularExpressions.RegexOptions.None,
                            TimeSpan.FromSeconds(1)))));
        });

        bool IsSent(JsonObject metric) => exporter["metric_declarations"]!.AsArray().Any(declaration =>
            declaration!["metric_name_selectors"]!.AsArray().Any(selector => System.Text.RegularExpressions.Regex.IsMatch(
                (string)metric["MetricName"]!,
                selector!.ToString(),
                System.Text.RegularExpressions.RegexOptions.None,
                TimeSpan.FromSeconds(1)))
            && declaration["dimensions"]!.AsArray().Any(names => names!.AsArray().Select(name => name!.ToString()).ToHashSet(
                StringComparer.Ordinal).SetEquals(metric["Dimensions"]!.AsArray().Select(dimension => (string)dimension!["Name"]!))));
    }

    // An alarm on a reason that the server never gives would never fire.
    [TestCaseSource(nameof(Environments))]
    public void Watched_reasons_are_those_that_the_server_gives(string environment)
    {
        var failures = typeof(Infrastructure.Chain.ChainOptions).Assembly.GetType("S3Auth.Infrastructure.Chain.ChainFailure")!;
        var watched = Synthesised.Default(environment).Resources("AWS::CloudWatch::Alarm")
            .SelectMany(alarm => alarm.Properties["Dimensions"]?.AsArray() ?? [])
            .Where(dimension => (string)dimension!["Name"]! == "reason")
            .Select(dimension => (string)dimension!["Value"]!);

        Assert.That(
            watched,
            Is.Not.Empty.And.SubsetOf(Enum.GetNames(failures).Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName)));
    }

    // CloudWatch takes no metric with a unit of OpenTelemetry's own, such as {redis}; the age is in s, which the collector translates.
    [TestCaseSource(nameof(Environments))]
    public void Every_metric_has_a_unit_that_CloudWatch_knows(string environment)
    {
        var collector = Collector(environment);
        var described = collector["exporters"]!["awsemf"]!["metric_descriptors"]!.AsArray()
            .Select(one => ((string)one!["metric_name"]!, (string)one["unit"]!, (bool)one["overwrite"]!)).ToList();

        Assert.That(
            described,
            Is.EquivalentTo(Sent(collector).Where(name => name != "s3auth.metagraph.age").Select(name => (name, "Count", true))));
    }

    [TestCaseSource(nameof(Environments))]
    public void Collector_that_begins_anew_tells_nothing_twice(string environment)
    {
        var variables = Synthesised.Default(environment).Container("api")["Environment"]!.AsArray();

        Assert.That(
            variables.Single(one => (string)one!["Name"]! == "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE")!["Value"]!.ToString(),
            Is.EqualTo("delta"));
        Assert.That(Collector(environment)["exporters"]!["awsemf"]!["retain_initial_value_of_delta_metric"], Is.Null);
    }

    [Test]
    public void Images_do_not_change_under_their_tags()
    {
        var repository = Synthesised.Images.Only("AWS::ECR::Repository");
        var image = Synthesised.Configured.Container("api")["Image"]!.ToJsonString();

        Assert.Multiple(() =>
        {
            Assert.That((string?)repository["ImageTagMutability"], Is.EqualTo("IMMUTABLE"));
            Assert.That((string?)repository["RepositoryName"], Is.EqualTo("s3auth"));
            Assert.That(image, Does.EndWith("/s3auth:1.2.3\"]]}"));
        });
    }

    [Test]
    public void All_settings_that_cannot_be_used_are_told_at_once()
    {
        var problems = Assert.Throws<SettingsException>(() => DeploymentSettings.ReadAll(name => name switch
        {
            "production:certificateArn" => "arn:aws:acm:eu-west-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
            "production:signing" => "root",
            "production:signingKeys" => "1,2,3",
            "production:imageTag" => "latest",
            "production:corsOrigins" => "https://a.example/path",
            "production:publicUrl" => "http://a.example?b",
            "production:alarmEmail" => "nobody",
            "testnet:signingKeys" => "2,2",
            "production:nodes" => "wss://a.example, wss://b.example/key",
            "production:nodesThatAgree" => "2",
            "testnet:nodesThatAgree" => "0",
            "development:nodes" => "wss://a.example:9944, ws://b.example",
            "production:folderLayout" => "{uid}/",
            "production:readers" => "everyone",
            "testnet:sessions" => "on",
            "production:minFileBytes" => "1 KiB",
            "production:maxFileBytes" => "-1",
            "testnet:sources" => "x, X",
            "development:folderLayout" => "weights/{hotkey}/",
            "development:sources" => "x",
            _ => null,
        }))!;

        Assert.That(problems.Message.Split('\n').Skip(1).Select(line => line.Trim(' ', '-').Split(' ')[0]), Is.EquivalentTo(new[]
        {
            "production:certificateArn", "production:signing", "production:signingKeys", "production:imageTag", "production:corsOrigins",
            "production:publicUrl", "production:alarmEmail", "testnet:signingKeys", "production:nodes", "production:nodesThatAgree",
            "testnet:nodesThatAgree", "development:nodes", "development:nodes", "production:folderLayout", "production:readers",
            "production:minFileBytes", "production:maxFileBytes", "testnet:sources", "testnet:sessions", "development:sources",
        }));
    }

    private static JsonNode Collector(string environment) => JsonNode.Parse(string.Concat(
        Synthesised.Default(environment)
            .Container("collector")["Environment"]![0]!["Value"]!["Fn::Join"]![1]!.AsArray()
            .Select(part => part is JsonValue ? part.ToString() : "log")))!;

    private static List<string> Sent(JsonNode collector) =>
        [.. collector["processors"]!["filter"]!["metrics"]!["include"]!["metric_names"]!.AsArray().Select(name => name!.ToString())];
}
