using System.Globalization;
using System.Text.Json.Nodes;

namespace S3Auth.Deploy.Tests;

public sealed partial class ComposeTests
{
    private static readonly string[] Files = ["compose.yaml", "compose.test.yaml"];

    private static readonly JsonNode Local = Deployment.Yaml("compose.yaml");

    // The API of each subnet: its service, its settings, and the service that makes its bucket.
    private static readonly string[][] Subnets = [["api", "local", "bucket"], ["api-testnet", "local-testnet", "bucket-testnet"]];

    private static JsonNode Proxy => Local["services"]!["proxy"]!;

    [TestCaseSource(nameof(Files))]
    public void Every_container_may_do_the_least(string file)
    {
        foreach (var (name, service) in Services(file))
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That((string?)service["read_only"], Is.EqualTo("true"), name);
                Assert.That(service["cap_drop"].Texts(), Is.EqualTo(new[] { "ALL" }), name);
                Assert.That(service["cap_add"], Is.Null, name);
                Assert.That(service["privileged"], Is.Null, name);
                Assert.That(service["security_opt"].Texts(), Is.EqualTo(new[] { "no-new-privileges:true" }), name);
            }
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Every_port_is_for_this_machine_only(string file) =>
        Assert.That(Services(file).SelectMany(service => service.Value["ports"].Texts()), Is.Not.Empty.And.All.StartsWith("127.0.0.1:"));

    [TestCaseSource(nameof(Files))]
    public void Every_image_has_a_version_or_is_built_here(string file)
    {
        var services = Services(file).ToList();
        var built = services.Where(one => one.Value["build"] is not null).Select(one => (string?)one.Value["image"]).ToList();
        foreach (var (name, service) in services)
        {
            var image = (string)service["image"]!;
            Assert.That(built.Contains(image, StringComparer.Ordinal) || Images.HasVersion(image), name);
        }
    }

    [TestCaseSource(nameof(Files))]
    public void What_it_refers_to_exists(string file)
    {
        var compose = Deployment.Yaml(file);
        var volumes = compose["volumes"]!.AsObject().Select(volume => volume.Key).ToList();
        var mounted = new List<string>();
        foreach (var (name, service) in Services(file))
        {
            foreach (var source in service["volumes"].Texts().Select(mount => mount.Split(':')[0]))
            {
                if (source.StartsWith('.'))
                {
                    Assert.That(Deployment.PathOf(source), Does.Exist, name);
                }
                else
                {
                    mounted.Add(source);
                }
            }

            foreach (var (needed, how) in service["depends_on"]?.AsObject() ?? [])
            {
                var other = compose["services"]![needed];
                Assert.That(other, Is.Not.Null, $"{name} needs {needed}");
                Assert.That(
                    (string?)how!["condition"],
                    Is.EqualTo(other!["healthcheck"] is not null ? "service_healthy" : "service_completed_successfully"),
                    $"{name} waits until {needed} is of use");
            }
        }

        Assert.That(mounted.Distinct(StringComparer.Ordinal), Is.EquivalentTo(volumes));
    }

    [Test]
    public void One_image_is_built_here_for_all_subnets()
    {
        var build = Local["services"]!["api"]!["build"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Path.GetFullPath(Deployment.PathOf((string)build["context"]!)), Is.EqualTo(Path.GetFullPath(Repository.Root)));
            Assert.That(Path.Combine(Repository.Root, (string)build["dockerfile"]!), Does.Exist);
            Assert.That(
                Subnets.Select(subnet => (string?)Local["services"]![subnet[0]]!["image"]).Distinct(StringComparer.Ordinal).Count(),
                Is.EqualTo(1));
            Assert.That(
                Subnets.Select(subnet => Local["services"]![subnet[0]]!).Where(api => api["build"] is null),
                Has.All.Matches<JsonNode>(api => (string?)api["pull_policy"] == "never"));
        }
    }

    [TestCaseSource(nameof(Subnets))]
    public void Service_has_its_settings_from_one_file_and_only_the_proxy_is_published(string service, string environment, string bucket)
    {
        var (api, variables) = (Local["services"]![service]!, Deployment.Variables(environment));
        var url = new Uri(variables["PUBLIC_URL"]);
        var nginx = File.ReadAllText(Deployment.PathOf("local", "nginx.conf"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)api["env_file"], Is.EqualTo($"env/{environment}.env"));
            Assert.That(api["environment"], Is.Null);
            Assert.That(api["ports"], Is.Null);
            Assert.That(Proxy["ports"].Texts(), Does.Contain($"{url.Authority}:{url.Port}"));
            Assert.That(
                nginx,
                Does.Match($@"listen {url.Port};\s+location / \{{\s+proxy_pass http://{service}:{variables["PORT"]};\s+\}}"),
                "the port that PUBLIC_URL names leads to this subnet");
            Assert.That(variables["AUDIENCES"], Is.EqualTo($"localhost:{url.Port}"));
            Assert.That((string?)Proxy["depends_on"]![service]!["condition"], Is.EqualTo("service_healthy"));
            Assert.That(api["depends_on"]!.AsObject().Select(needed => needed.Key), Does.Contain(bucket));
            Assert.That(api["healthcheck"]!["test"].Texts(), Is.EqualTo(new[] { "CMD", "./S3Auth.Api", HealthCheck.Argument }));
            Assert.That(
                int.Parse(((string)api["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture),
                Is.GreaterThan(Drain.MaxStopTime.TotalSeconds));
        }
    }

    [Test]
    public void Subnets_share_image_store_redis_and_proxy_and_nothing_else()
    {
        var own = Subnets.Select(subnet => Deployment.Variables(subnet[1])).ToList();
        var volumes = Subnets.SelectMany(subnet => Local["services"]![subnet[0]]!["volumes"].Texts().Select(mount => mount.Split(':')[0]));

        Assert.That(volumes, Is.Unique, "data, keys and metagraph");
        foreach (var name in (string[])["NET_UID", "S3_BUCKET", "PUBLIC_URL", "AUDIENCES"])
        {
            Assert.That(own.Select(variables => variables[name]), Is.Unique, name);
        }

        foreach (var name in (string[])["REDIS_URL", "S3_ENDPOINT", "S3_PUBLIC_ENDPOINT", "TRUSTED_PROXIES"])
        {
            Assert.That(own.Select(variables => variables[name]).Distinct(StringComparer.Ordinal).Count(), Is.EqualTo(1), name);
        }

        Assert.That(own.Select(variables => KnownVariables.Read(variables).Options.Limits.Scope), Is.Unique, "keys in Redis");
    }

    [TestCaseSource(nameof(Subnets))]
    public void Service_finds_what_its_settings_name(string service, string environment, string bucket)
    {
        var (api, variables) = (Local["services"]![service]!, Deployment.Variables(environment));
        var mounts = api["volumes"].Texts().Select(mount => mount.Split(':')).ToList();
        var endpoint = new Uri(variables["S3_ENDPOINT"]);
        var keys = mounts.Single(mount => mount[1] == Path.GetDirectoryName(variables["AWS_SHARED_CREDENTIALS_FILE"]))[0];
        var store = Local["services"]![endpoint.Host]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                mounts.Where(mount => mount.Length == 2).Select(mount => mount[1]),
                Is.EqualTo(new[] { variables["DATA_DIR"] }),
                "the one that may be written to");
            Assert.That(mounts.Select(mount => mount[1]), Does.Contain(variables["METAGRAPH_FILE"]));
            Assert.That(
                Local["services"]![bucket]!["volumes"].Texts(),
                Does.Contain($"{keys}:/run/s3auth:ro"),
                "the account of these keys is made");
            Assert.That(
                store["ports"].Texts(),
                Is.EqualTo(new[] { $"{new Uri(variables["S3_PUBLIC_ENDPOINT"]).Authority}:{endpoint.Port}" }),
                "where clients reach it");
            Assert.That(store["command"].Texts(), Does.Contain($":{endpoint.Port}"));
            Assert.That((string?)store["environment"]!["MINIO_REGION"], Is.EqualTo(variables["S3_REGION"]));
            Assert.That(Local["services"]![new Uri(variables["REDIS_URL"]).Host], Is.Not.Null);
            Assert.That(Local["services"]![bucket]!["entrypoint"].Texts().Last(), Is.EqualTo(variables["S3_BUCKET"]));
        }
    }

    [Test]
    public void Only_the_store_and_the_maker_of_the_bucket_see_the_owners_keys()
    {
        var see = Services("compose.yaml")
            .Where(service => service.Value["volumes"].Texts().Any(mount => mount.StartsWith("owner-keys:", StringComparison.Ordinal)))
            .Select(service => service.Key);

        Assert.That(see, Is.EquivalentTo(new[] { "minio", "keys", "bucket", "bucket-testnet" }));
        Assert.That((string?)Local["services"]!["keys"]!["network_mode"], Is.EqualTo("none"));
    }

    [Test]
    public void Maker_of_the_keys_makes_those_of_every_subnet()
    {
        var keys = Local["services"]!["keys"]!;
        var folders = keys["volumes"].Texts().Select(mount => mount.Split(':')).Where(mount => mount.Length == 2).Select(mount => mount[1]);

        Assert.That(keys["entrypoint"].Texts().Skip(2), Is.EqualTo(folders));
        Assert.That(folders.Count(), Is.EqualTo(1 + Subnets.Length));
    }

    [TestCase("policy.json", "local")]
    [TestCase("policy-testnet.json", "local-testnet")]
    public void Local_identity_may_do_what_the_guide_says_and_nothing_else(string file, string environment)
    {
        var guide = PolicyBlock().Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "credentials.md"))).Groups["policy"].Value;
        var policy = File.ReadAllText(Deployment.PathOf("local", file));

        Assert.That(
            JsonNode.DeepEquals(
                JsonNode.Parse(policy),
                JsonNode.Parse(guide.Replace("BUCKET", Deployment.Variables(environment)["S3_BUCKET"], StringComparison.Ordinal))),
            policy);
    }

    [Test]
    public void Test_servers_take_what_the_tests_take()
    {
        var text = File.ReadAllText(Deployment.PathOf("compose.test.yaml"));
        var servers = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Servers");
        var host = File.ReadAllText(Path.Combine(servers, "RealStoreHost.cs"));
        var known = File.ReadAllText(Path.Combine(servers, "RedisServer.cs"));
        foreach (var name in Variable().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal))
        {
            const string OfStore = "S3AUTH_TEST_S3_";
            Assert.That(
                name.StartsWith(OfStore, StringComparison.Ordinal) ? host : known,
                Does.Contain($"\"{name.Replace(OfStore, "", StringComparison.Ordinal)}\""),
                name);
        }

        var ports = Services("compose.test.yaml").ToDictionary(
            service => service.Key,
            service => service.Value["ports"].Texts().Single().Split(':')[1],
            StringComparer.Ordinal);
        Assert.That(
            text,
            Does.Contain($"S3AUTH_TEST_S3_ENDPOINT=http://127.0.0.1:{ports["minio"]} ").And.Contain(
                $"S3AUTH_TEST_REDIS_URL=redis://127.0.0.1:{ports["redis"]}\n"));
    }

    private static IEnumerable<KeyValuePair<string, JsonNode>> Services(string file) =>
        Deployment.Yaml(file)["services"]!.AsObject().Select(service => KeyValuePair.Create(service.Key, service.Value!));

    [GeneratedRegex(@"```json\s(?<policy>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PolicyBlock();

    [GeneratedRegex(@"S3AUTH_TEST_\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
