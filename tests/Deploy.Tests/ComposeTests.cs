using System.Globalization;
using System.Text.Json.Nodes;

namespace S3Auth.Deploy.Tests;

public sealed partial class ComposeTests
{
    private static readonly string[] Files = ["compose.yaml", "compose.test.yaml"];

    private static readonly JsonNode Local = Deployment.Yaml("compose.yaml");

    private static readonly Dictionary<string, string> Variables = Deployment.Variables("local");

    private static JsonNode Api => Local["services"]!["api"]!;

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
        foreach (var (name, service) in Services(file))
        {
            Assert.That(service["build"] is not null || Images.HasVersion((string)service["image"]!), name);
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
    public void Service_has_its_settings_from_one_file_and_is_published_where_it_listens()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)Api["env_file"], Is.EqualTo("env/local.env"));
            Assert.That(Api["environment"], Is.Null);
            Assert.That(Api["ports"].Texts().Single(), Does.EndWith(":" + Variables["PORT"]));
            Assert.That(
                Path.GetFullPath(Deployment.PathOf((string)Api["build"]!["context"]!)),
                Is.EqualTo(Path.GetFullPath(Repository.Root)));
            Assert.That(Path.Combine(Repository.Root, (string)Api["build"]!["dockerfile"]!), Does.Exist);
            Assert.That(Api["healthcheck"]!["test"].Texts(), Is.EqualTo(new[] { "CMD", "./S3Auth.Api", HealthCheck.Argument }));
            Assert.That(
                int.Parse(((string)Api["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture),
                Is.GreaterThan(Drain.MaxStopTime.TotalSeconds));
        }
    }

    [Test]
    public void Service_finds_what_its_settings_name()
    {
        var mounts = Api["volumes"].Texts().Select(mount => mount.Split(':')).ToList();
        var endpoint = new Uri(Variables["S3_ENDPOINT"]);
        var store = Local["services"]![endpoint.Host]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                mounts.Where(mount => mount.Length == 2).Select(mount => mount[1]),
                Is.EqualTo(new[] { Variables["DATA_DIR"] }),
                "the one that may be written to");
            Assert.That(mounts.Select(mount => mount[1]), Does.Contain(Variables["METAGRAPH_FILE"]));
            Assert.That(mounts.Select(mount => mount[1]), Does.Contain(Path.GetDirectoryName(Variables["AWS_SHARED_CREDENTIALS_FILE"])));
            Assert.That(
                store["ports"].Texts(),
                Is.EqualTo(new[] { $"{new Uri(Variables["S3_PUBLIC_ENDPOINT"]).Authority}:{endpoint.Port}" }),
                "where clients reach it");
            Assert.That(store["command"].Texts(), Does.Contain($":{endpoint.Port}"));
            Assert.That((string?)store["environment"]!["MINIO_REGION"], Is.EqualTo(Variables["S3_REGION"]));
            Assert.That(Local["services"]![new Uri(Variables["REDIS_URL"]).Host], Is.Not.Null);
            Assert.That(Local["services"]!["bucket"]!["entrypoint"].Texts().Last(), Is.EqualTo(Variables["S3_BUCKET"]));
        }
    }

    [Test]
    public void Only_the_store_and_the_maker_of_the_bucket_see_the_owners_keys()
    {
        var see = Services("compose.yaml")
            .Where(service => service.Value["volumes"].Texts().Any(mount => mount.StartsWith("owner-keys:", StringComparison.Ordinal)))
            .Select(service => service.Key);

        Assert.That(see, Is.EquivalentTo(new[] { "minio", "keys", "bucket" }));
        Assert.That((string?)Local["services"]!["keys"]!["network_mode"], Is.EqualTo("none"));
    }

    [Test]
    public void Local_identity_may_do_what_the_guide_says_and_nothing_else()
    {
        var guide = PolicyBlock().Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "credentials.md"))).Groups["policy"].Value;
        var policy = File.ReadAllText(Deployment.PathOf("local", "policy.json"));

        Assert.That(
            JsonNode.DeepEquals(
                JsonNode.Parse(policy),
                JsonNode.Parse(guide.Replace("BUCKET", Variables["S3_BUCKET"], StringComparison.Ordinal))),
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
