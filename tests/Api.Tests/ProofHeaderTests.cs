using System.Security.Cryptography;

namespace S3Auth.Api.Tests;

/// <summary>Proofs in headers: every header is required, once and well-formed. The signature covers the bytes of the body.</summary>
[TestFixture("tao")]
[TestFixture("epistula")]
public sealed class ProofHeaderTests(string kind)
{
    private const string Path = "/get-folder-access";

    private readonly SignedHeaders _kind = kind == "tao" ? SignedHeaders.Tao : SignedHeaders.Epistula;

    private Service _service = null!;

    [OneTimeSetUp]
    public void OneTimeSetUp() => _service = new Service();

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [TestCase("{}")]
    [TestCase(" {\r\n }\n")]
    [TestCase("{\"unknown\": {\"tao\": 1}, \"expiry\": null}")]
    [TestCase("{\"sourc\\u0065\": \"x\"}")]
    public async Task Headers_alone_open_a_request_whatever_its_formatting(string body)
    {
        var answer = await SendAsync(body, Headers(body));

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
    }

    [TestCase(null)]
    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("nonsense")]
    public async Task Content_type_does_not_matter_beside_a_proof_in_headers(string? contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in Headers("{}"))
        {
            content.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await _service.PostAsync(Path, content);

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
    }

    [Test]
    public async Task Signature_is_base64_or_hex()
    {
        foreach (var write in (Func<string, string>[])
            [
                hex => hex, hex => "0x" + hex, hex => "01" + hex, hex => hex.ToUpperInvariant(),
                hex => Convert.ToBase64String(Convert.FromHexString(hex)),
            ])
        {
            var headers = Headers("{}");
            var text = write(HexOf(headers[_kind.Signature]));
            Assert.That((await SendAsync("{}", With(headers, _kind.Signature, text))).Status, Is.EqualTo(200), text);
        }
    }

    [Test]
    public async Task Nonce_is_signed_as_it_is_written()
    {
        foreach (var nonce in (string[])[Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("D").ToUpperInvariant()])
        {
            Assert.That((await SendAsync("{}", Headers("{}", nonce))).Status, Is.EqualTo(200), nonce);
        }
    }

    [Test]
    public async Task Nonce_is_good_once_however_it_and_the_signature_are_written()
    {
        var (nonce, moment) = (Guid.NewGuid(), SignedHeaders.Now);
        var headers = _kind.Sign("{}", nonce.ToString("D"), timestamp: moment);
        var hex = HexOf(headers[_kind.Signature]);
        Assert.That((await SendAsync("{}", headers)).Status, Is.EqualTo(200));

        Assert.That((await SendAsync("{}", headers)).Code, Is.EqualTo("replayed_request"));
        Assert.That((await SendAsync("{}", With(headers, _kind.Signature, hex))).Code, Is.EqualTo("replayed_request"));
        Assert.That(
            (await SendAsync("{ }", _kind.Sign("{ }", nonce.ToString("N").ToUpperInvariant(), timestamp: moment))).Code,
            Is.EqualTo("replayed_request"),
            "signed anew with the same nonce");
    }

    [Test]
    public async Task Names_of_headers_are_read_in_any_case()
    {
        var headers = Headers("{}").ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal);

        Assert.That((await SendAsync("{}", headers)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Another_body_is_another_request()
    {
        foreach (var body in (string[])["{ }", "{}\n", "{\"source\": \"reddit\"}"])
        {
            var answer = await SendAsync(body, Headers("{}"));

            Assert.That((answer.Status, answer.Code), Is.EqualTo((401, "invalid_signature")));
            Assert.That(
                answer.Text,
                Does.Contain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))),
                "the hash that this server saw");
        }
    }

    [TestCase("Nonce", "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a")]
    [TestCase("Signed-By", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    public async Task Another_value_is_another_request(string part, string value)
    {
        var answer = await SendAsync("{}", With(Headers("{}"), NameOf(part), value));

        Assert.That((answer.Status, answer.Code), Is.EqualTo((401, "invalid_signature")));
    }

    [Test]
    public async Task Another_moment_is_another_request()
    {
        var headers = Headers("{}");
        var later = long.Parse(headers[_kind.Timestamp], System.Globalization.CultureInfo.InvariantCulture) + 1;

        Assert.That((await SendAsync("{}", With(headers, _kind.Timestamp, $"{later}"))).Code, Is.EqualTo("invalid_signature"));
    }

    [TestCase("Version", null)]
    [TestCase("Version", "1")]
    [TestCase("Version", "2.0")]
    [TestCase("Version", "")]
    [TestCase("Timestamp", null)]
    [TestCase("Timestamp", "now")]
    [TestCase("Timestamp", "-1795500000000")]
    [TestCase("Timestamp", "+1795500000000")]
    [TestCase("Timestamp", "01795500000000")]
    [TestCase("Timestamp", "1795500000000.5")]
    [TestCase("Timestamp", "17955000000000000000000")]
    [TestCase("Timestamp", "\u0661795500000000")]
    [TestCase("Timestamp", "9223372036854775808")]
    [TestCase("Timestamp", "0x1795500000")]
    [TestCase("Nonce", null)]
    [TestCase("Nonce", "1")]
    [TestCase("Nonce", "(6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a)")]
    [TestCase("Nonce", "0x9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a")]
    [TestCase("Nonce", "+f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a")]
    [TestCase("Nonce", "\u00a06f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a")]
    [TestCase("Nonce", "6f9c2f5e6d0f4d8e9a530f3b8f1d2c4a\u2003")]
    [TestCase("Nonce", "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a.1")]
    [TestCase("Nonce", "{6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a}")]
    [TestCase("Nonce", "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4g")]
    [TestCase("Signed-By", null)]
    [TestCase("Signed-By", "//Bob")]
    [TestCase("Signed-By", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tz")]
    [TestCase("Signature", null)]
    [TestCase("Signature", "5a")]
    [TestCase("Signature", "====")]
    public async Task Header_that_is_missing_or_malformed_is_told_by_its_name(string part, string? value)
    {
        var header = NameOf(part);
        var answer = await SendAsync("{}", With(Headers("{}"), header, value));

        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { header }));
    }

    [Test]
    public async Task Long_header_is_refused()
    {
        foreach (var header in _kind.Names)
        {
            foreach (var letter in "0a5-")
            {
                var answer = await SendAsync("{}", With(Headers("{}"), header, new string(letter, 20_000)));

                Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), $"{header} {letter}");
                Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { header }));
                Assert.That(answer.Text, Has.Length.LessThan(1000), "It does not repeat the value.");
            }
        }
    }

    [Test]
    public async Task Header_that_comes_twice_is_refused()
    {
        foreach (var header in Headers("{}").Keys)
        {
            var headers = Headers("{}");
            var answer = await SendAsync("{}", [.. headers, KeyValuePair.Create(header, headers[header])]);

            Assert.That((answer.Status, answer.Json["errors"]!.AsObject().Single().Key), Is.EqualTo((400, header)));
        }
    }

    [Test]
    public async Task One_header_of_the_five_is_no_proof_and_spoils_the_one_in_the_body()
    {
        var answer = await SendAsync(
            Body(Service.FolderAccess()),
            new Dictionary<string, string>(StringComparer.Ordinal) { [_kind.Version] = "2" });

        Assert.That((answer.Status, answer.Json["errors"]!.AsObject().Count), Is.EqualTo((400, 4)));
    }

    [Test]
    public async Task Both_proofs_are_right_or_the_request_is_refused()
    {
        var body = Body(Service.FolderAccess());
        var wrong = Service.FolderAccess();
        wrong["signature"] = string.Concat(Enumerable.Repeat("5a", 64));

        Assert.Multiple(async () =>
        {
            Assert.That((await SendAsync(body, Headers(body))).Status, Is.EqualTo(200));
            Assert.That((await SendAsync(Body(wrong), Headers(Body(wrong)))).Code, Is.EqualTo("invalid_signature"));
            Assert.That((await SendAsync(body, Headers("{}"))).Code, Is.EqualTo("invalid_signature"));
            Assert.That((await SendAsync(body, Headers(body, signer: "//Charlie"))).Code, Is.EqualTo("invalid_request"));
        });
    }

    [Test]
    public async Task Proof_of_headers_is_never_read_from_the_body()
    {
        using var alice = KeyPair.FromUri("//Alice");
        var proof = new JsonObject
        {
            ["headers"] = new JsonObject { ["kind"] = 1 },
            ["signed_by"] = alice.AccountId.ToString(),
            ["nonce"] = Guid.NewGuid().ToString(),
            ["timestamp"] = 1,
            ["signature"] = new string('5', 128),
            ["message"] = "text",
        };
        foreach (var member in (string[])["header_proofs", "HeaderProofs", "headerProofs", "tao", "epistula"])
        {
            foreach (var value in (JsonNode[])[proof.DeepClone(), new JsonArray(proof.DeepClone()), new JsonArray()])
            {
                var answer = await SendAsync(new JsonObject { [member] = value }.ToJsonString(), []);

                Assert.That(
                    (answer.Status, answer.Code),
                    Is.EqualTo((400, "invalid_request")),
                    "as if it were not there: nothing proves this request");
                Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Does.Contain("signature"));
            }
        }
    }

    [TestCase("filename", "a/b")]
    [TestCase("filename", "..")]
    [TestCase("filename", "")]
    [TestCase("filename", 5)]
    [TestCase("filename", "a\u0000")]
    [TestCase("job_id", "a b")]
    [TestCase("job_id", "")]
    [TestCase("job_id", 5)]
    [TestCase("source", "X")]
    [TestCase("size", "4096")]
    [TestCase("size", 1)]
    public async Task Member_of_an_upload_that_is_malformed_is_told_by_its_name(string member, object value)
    {
        var body = new JsonObject { ["filename"] = "a.bin" };
        body[member] = JsonValue.Create(value);

        var answer = await SendAsync(body.ToJsonString(), Headers(body.ToJsonString()), "/get-file-upload-url");

        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { member }));
    }

    private static string Body(Dictionary<string, object?> members) => System.Text.Json.JsonSerializer.Serialize(members);

    private static Dictionary<string, string> With(Dictionary<string, string> headers, string name, string? value)
    {
        var changed = new Dictionary<string, string>(headers, StringComparer.Ordinal);
        changed.Remove(name);
        if (value is not null)
        {
            changed.Add(name, value);
        }

        return changed;
    }

    private Dictionary<string, string> Headers(string body, string? nonce = null, string signer = "//Bob") =>
        _kind.Sign(body, nonce, signer);

    private string NameOf(string part) => part switch
    {
        "Version" => _kind.Version,
        "Timestamp" => _kind.Timestamp,
        "Nonce" => _kind.Nonce,
        "Signed-By" => _kind.SignedBy,
        _ => _kind.Signature,
    };

    private static string HexOf(string signature) => signature.StartsWith("0x", StringComparison.Ordinal)
        ? signature[2..]
        : Convert.ToHexStringLower(Convert.FromBase64String(signature));

    private async Task<Answer> SendAsync(string body, IEnumerable<KeyValuePair<string, string>> headers, string path = Path)
    {
        using var client = _service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
