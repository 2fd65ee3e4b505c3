namespace S3Auth.Api.Tests;

/// <summary>
/// A proof that was made for another server, or for none: what each kind of server answers to each kind of proof with each audience. Every
/// request comes by this server's own Host header: only the audience that was signed counts.
/// </summary>
public sealed class RelayTests
{
    private const string Path = "/get-validator-access";
    private const string Address = Accounts.BobAddress;

    private static readonly string[] Proofs = ["commitment", "tao", "epistula", "commitment and tao", "commitment and tao and epistula"];

    private static readonly string?[] Own =
    [
        "s3-auth.example.com", "S3-Auth.EXAMPLE.com", "s3-auth.example.com.", "s3-auth.example.com:443", "backup.example.org:8443",
        "Backup.example.org:8443", Address,
    ];

    private static readonly string?[] Others =
    [
        "other.example.com", "s3-auth.example.com:80", "s3-auth.example.com.evil.example", "evil-s3-auth.example.com", "backup.example.org",
        "localhost", "127.0.0.1:8000",
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "5fhnew46xgxgs5muiveu4sbtygbzmstuspzc92uhjjm694ty",
    ];

    private static readonly string?[] Malformed =
    [
        "", " ", "https://s3-auth.example.com", "s3-auth.example.com/", "s3-auth.example.com:0", "s3-auth.example.com:0443",
        "s3-auth.example.com,other.example.com",
        "user@s3-auth.example.com", "s3-auth.example.com\u0000", "[::1", new string('a', 300),
    ];

    private static readonly Dictionary<string, Dictionary<string, string>> Servers = new(StringComparer.Ordinal)
    {
        ["unknown"] = [],
        ["known"] = new(StringComparer.Ordinal)
        {
            ["PUBLIC_URL"] = "https://s3-auth.example.com/base",
            ["AUDIENCES"] = $"backup.example.org:8443,{Address}",
        },
        ["required"] = new(StringComparer.Ordinal)
        {
            ["PUBLIC_URL"] = "https://s3-auth.example.com",
            ["AUDIENCES"] = $"backup.example.org:8443,{Address}",
            ["REQUIRE_AUDIENCE"] = "true",
        },
    };

    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private int _combinations;

    private static IEnumerable<TestCaseData> Matrix() =>
        from server in Servers.Keys
        from proof in Proofs
        from audience in ((string?[])[null]).Concat(Own).Concat(Others).Concat(Malformed)
        select new TestCaseData(server, proof, audience, Expected(server, audience)).SetArgDisplayNames(
            server,
            proof,
            audience is { Length: > 80 } ? "300 characters" : audience ?? "none");

    [OneTimeSetUp]
    public void OneTimeSetUp()
    {
        foreach (var (name, settings) in Servers)
        {
            _services.Add(name, new Service { Settings = settings });
        }
    }

    [OneTimeTearDown]
    public void OneTimeTearDown()
    {
        foreach (var service in _services.Values)
        {
            service.Dispose();
        }

        Figures.Print("Relay", $"{_combinations} combinations of proof, audience and setting, all as specified");
    }

    [TestCaseSource(nameof(Matrix))]
    public async Task Proof_is_taken_where_it_was_meant_for_and_nowhere_else(string server, string proof, string? audience, string expected)
    {
        var answer = await SendAsync(server, Sign(proof, audience));

        Assert.That(answer.Status == 200 ? "granted" : answer.Code, Is.EqualTo(expected), answer.Text);
        if (expected == "wrong_audience")
        {
            Assert.That(answer.Status, Is.EqualTo(401));
            Assert.That(
                answer.Json["detail"]!.GetValue<string>(),
                Does.Match("this server is s3-auth\\.example\\.com;|This server, s3-auth\\.example\\.com,").And.Contain("'audience'"));
            Assert.That(
                answer.Json["detail"]!.GetValue<string>(),
                Does.Not.Contain(Address).And.Not.Contain(":8443"),
                "Other names may be internal.");
        }

        Interlocked.Increment(ref _combinations);
    }

    [Test]
    public async Task Every_audience_that_a_request_names_must_be_this_server(
        [Values("unknown", "known", "required")] string server,
        [Values("epistula", "commitment and tao and epistula")] string proof,
        [Values(null, "s3-auth.example.com", "other.example.com")] string? audience,
        [Values(null, "", Address, Accounts.AliceAddress)] string? signedFor)
    {
        var answer = await SendAsync(server, Sign(proof, audience, signedFor));

        var named = ((string?[])[audience, signedFor]).Where(one => !string.IsNullOrEmpty(one)).ToList();
        var isGranted = server == "unknown" || (named.TrueForAll(Own.Contains) && (named.Count > 0 || server == "known"));
        Assert.That(answer.Status == 200 ? "granted" : answer.Code, Is.EqualTo(isGranted ? "granted" : "wrong_audience"), answer.Text);
        Assert.That(
            answer.Text.Contains("'Epistula-Signed-For' says", StringComparison.Ordinal),
            Is.EqualTo(!isGranted && signedFor == Accounts.AliceAddress && audience != "other.example.com"));
        Interlocked.Increment(ref _combinations);
    }

    [TestCaseSource(nameof(Proofs))]
    public async Task Audience_that_was_signed_can_be_neither_changed_nor_left_out(string proof)
    {
        foreach (var (_, server) in _services.Select(service => (service.Value, service.Key)))
        {
            var (body, headers) = Sign(proof, "other.example.com");
            var changed = (JsonObject)body.DeepClone();
            changed["audience"] = "s3-auth.example.com";
            var without = (JsonObject)body.DeepClone();
            without.Remove("audience");

            Assert.Multiple(async () =>
            {
                Assert.That((await SendAsync(server, (changed, headers))).Code, Is.EqualTo("invalid_signature"), server);
                Assert.That((await SendAsync(server, (without, headers))).Code, Is.EqualTo("invalid_signature"), server);
            });
        }
    }

    [TestCaseSource(nameof(Proofs))]
    public async Task Audience_cannot_be_added_to_a_proof_that_names_none(string proof)
    {
        var (body, headers) = Sign(proof, audience: null);
        body["audience"] = "s3-auth.example.com";

        Assert.That((await SendAsync("required", (body, headers))).Code, Is.EqualTo("invalid_signature"));
    }

    [TestCaseSource(nameof(Proofs))]
    public async Task Proof_that_was_refused_elsewhere_is_good_where_it_was_meant_for(string proof)
    {
        var request = Sign(proof, "other.example.com");
        using var other = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PUBLIC_URL"] = "https://other.example.com",
                ["REQUIRE_AUDIENCE"] = "true",
            },
        };

        Assert.That((await SendAsync("required", request)).Code, Is.EqualTo("wrong_audience"));
        Assert.That((await SendAsync("required", request)).Code, Is.EqualTo("wrong_audience"), "not a replay: it was never used");
        Assert.That((await SendAsync(other, request)).Status, Is.EqualTo(200));
    }

    [TestCase("unknown", "[]", false)]
    [TestCase("required", $"[\"s3-auth.example.com\",\"backup.example.org:8443\",\"{Address}\"]", true)]
    public async Task Formats_tell_what_this_server_takes(string server, string expected, bool isRequired)
    {
        var formats = (await _services[server].GetAsync("/commitment-formats")).Json;

        Assert.Multiple(() =>
        {
            Assert.That(formats["audiences"]!.ToJsonString(), Is.EqualTo(expected));
            Assert.That(formats["audience_required"]!.GetValue<bool>(), Is.EqualTo(isRequired));
            foreach (var (name, format) in formats["formats"]!.AsObject())
            {
                Assert.That(
                    format!["format_with_audience"]!.GetValue<string>(),
                    Is.EqualTo(format["format"]!.GetValue<string>() + ":{audience}"),
                    name);
                Assert.That(
                    format["example_with_audience"]!.GetValue<string>(),
                    Is.EqualTo(format["example"]!.GetValue<string>() + ":s3-auth.example.com"),
                    name);
            }
        });
    }

    [TestCase("unknown", true)]
    [TestCase("known", false)]
    public void Server_that_was_told_no_audience_says_so_at_its_start(string server, bool expected)
    {
        using var client = _services[server].CreateClient();

        Assert.That(_services[server].Log.Text.Contains("has no audience of its own", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    private static string Expected(string server, string? audience) =>
        Malformed.Contains(audience) ? "invalid_request"
        : server == "unknown" || Own.Contains(audience) ? "granted"
        : audience is null ? server == "required" ? "wrong_audience" : "granted"
        : "wrong_audience";

    /// <summary>A request of a validator, good now.</summary>
    private static (JsonObject Body, Dictionary<string, string> Headers) Sign(string proof, string? audience, string? signedFor = null)
    {
        using var hotkey = KeyPair.FromUri("//Alice");
        var now = TimeProvider.System.GetUtcNow();
        var body = new JsonObject();
        if (audience is not null)
        {
            body["audience"] = audience;
        }

        if (proof.Contains("commitment", StringComparison.Ordinal))
        {
            var commitment = $"s3:validator:access:{now.ToUnixTimeSeconds()}";
            body["hotkey"] = hotkey.AccountId.ToString();
            body["timestamp"] = now.ToUnixTimeSeconds();
            body["signature"] = hotkey.Sign(Encoding.UTF8.GetBytes(audience is null ? commitment : $"{commitment}:{audience}")).ToString();
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, kind) in (ValueTuple<string, SignedHeaders>[])
            [("tao", SignedHeaders.Tao), ("epistula", SignedHeaders.Epistula)])
        {
            if (proof.Contains(name, StringComparison.Ordinal))
            {
                foreach (var (header, value) in kind.Sign(
                    body.ToJsonString(), signer: "//Alice", signedFor: kind == SignedHeaders.Epistula ? signedFor : null))
                {
                    headers.Add(header, value);
                }
            }
        }

        return (body, headers);
    }

    private Task<Answer> SendAsync(string server, (JsonObject Body, Dictionary<string, string> Headers) request) =>
        SendAsync(_services[server], request);

    private static async Task<Answer> SendAsync(Service service, (JsonObject Body, Dictionary<string, string> Headers) request)
    {
        using var client = service.CreateClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative));
        message.Headers.Host = "s3-auth.example.com";
        message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body.ToJsonString()));
        message.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(message);
        return await Answer.ReadAsync(response);
    }
}
