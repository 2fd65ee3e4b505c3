namespace S3Auth.Api.Tests;

public sealed class OpenApiTests
{
    private Service _service = null!;
    private JsonObject _document = null!;

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _service = new Service();
        _document = (await _service.GetAsync("/openapi.json")).Json;
    }

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    private IEnumerable<(string Path, string Method, JsonObject Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        select (path.Key, method.Key, method.Value!.AsObject());

    [Test]
    public void Document_is_of_a_version_that_client_generators_read() =>
        Assert.That((string)_document["openapi"]!, Does.StartWith("3.0."));

    [Test]
    public void Document_names_every_endpoint() =>
        Assert.That(Operations().Select(operation => $"{operation.Method} {operation.Path}"), Is.EquivalentTo(new[]
        {
            "post /get-folder-access", "post /get-file-upload-url", "post /get-file-upload-urls", "post /create-multipart-upload",
            "post /sign-upload-parts", "post /list-upload-parts", "post /complete-multipart-upload", "post /abort-multipart-upload",
            "post /list-my-files", "post /get-session-credentials", "post /get-validator-access",
            "post /get-miner-specific-access", "post /get-miner-list", "post /list-files", "post /get-folder-presigned-urls",
            "post /get-file-presigned-urls", "get /healthcheck", "get /healthz", "get /readyz",
            "get /commitment-formats", "get /structure-info", "get /rate-limits", "get /status", "get /hotkeys/{address}",
            "get /listing/{token}",
        }));

    [Test]
    public void Every_operation_has_an_id_a_summary_and_an_example_of_each_answer()
    {
        foreach (var (path, method, operation) in Operations())
        {
            Assert.Multiple(() =>
            {
                Assert.That((string?)operation["operationId"], Is.Not.Null.And.Not.Empty, path);
                Assert.That((string?)operation["summary"], Is.Not.Null.And.Not.Empty, path);
                foreach (var (status, response) in operation["responses"]!.AsObject().Where(one => !one.Key.StartsWith('3')))
                {
                    var content = response!["content"]!.AsObject().Single().Value!;
                    Assert.That(content["example"] is not null || content["examples"] is not null, Is.True, $"{method} {path} {status}");
                }

                if (method == "post")
                {
                    var body = operation["requestBody"]!["content"]!.AsObject();
                    Assert.That(body.Select(type => type.Key), Is.EqualTo(new[] { "application/json" }), path);
                    Assert.That(body.Single().Value!["example"], Is.Not.Null, path);
                }
            });
        }
    }

    // Of every signed request, whatever it asks for.
    private static readonly string[] OfLimits =
        ["wrong_audience", "access_denied", "replayed_request", "quota_exceeded", "rate_limited", "server_busy", "limits_unavailable"];

    [TestCase("/get-folder-access", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "expiry_in_past", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "folder_upload_unsupported", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/get-file-upload-url", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "file_exists", "chain_unavailable", "storage_unavailable", "storage_timeout", "request_too_large",
    })]
    [TestCase("/get-file-upload-urls", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "storage_timeout", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/create-multipart-upload", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "file_exists", "multipart_unsupported", "storage_timeout", "chain_unavailable", "storage_unavailable",
        "request_too_large",
    })]
    [TestCase("/sign-upload-parts", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "upload_not_found", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/list-upload-parts", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "upload_not_found", "storage_timeout", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/complete-multipart-upload", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "upload_not_found", "size_mismatch", "file_exists", "storage_timeout", "chain_unavailable",
        "storage_unavailable", "request_too_large",
    })]
    [TestCase("/abort-multipart-upload", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "upload_not_found", "storage_timeout", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/list-my-files", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "coldkey_mismatch", "chain_unavailable", "storage_unavailable", "storage_timeout", "request_too_large",
    })]
    [TestCase("/get-miner-specific-access", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "expiry_in_past", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "miner_not_found", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/get-miner-list", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "miner_not_found", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    [TestCase("/list-files", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "miner_not_found", "chain_unavailable", "storage_unavailable", "storage_timeout", "request_too_large",
    })]
    [TestCase("/get-folder-presigned-urls", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "expiry_in_past", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "chain_unavailable", "storage_unavailable", "request_too_large", "storage_timeout",
    })]
    [TestCase("/get-validator-access", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "expiry_in_past", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "chain_unavailable", "storage_unavailable", "request_too_large", "storage_timeout",
    })]
    [TestCase("/get-session-credentials", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered", "coldkey_mismatch",
        "not_a_validator", "session_credentials_unsupported", "chain_unavailable", "storage_unavailable", "storage_timeout",
        "request_too_large",
    })]
    [TestCase("/get-file-presigned-urls", new[]
    {
        "invalid_request", "timestamp_expired", "timestamp_in_future", "invalid_signature", "hotkey_not_registered",
        "not_a_validator", "miner_not_found", "chain_unavailable", "storage_unavailable", "request_too_large",
    })]
    public void Every_error_of_an_endpoint_is_documented_with_an_example(string path, string[] codes)
    {
        var operation = Operations().Single(candidate => candidate.Path == path).Operation;

        var documented = operation["responses"]!.AsObject()
            .Select(response => response.Value!["content"]!["application/problem+json"]?["examples"]?.AsObject())
            .OfType<JsonObject>()
            .SelectMany(examples => examples)
            .Select(example => (Name: example.Key, Code: (string)example.Value!["value"]!["code"]!))
            .ToList();

        Assert.Multiple(() =>
        {
            Assert.That(documented.Select(example => example.Name), Is.EquivalentTo(codes.Concat(OfLimits)));
            Assert.That(documented, Has.All.Matches<(string Name, string Code)>(example => example.Name == example.Code));
        });
    }

    [Test]
    public void Every_signed_operation_takes_a_proof_in_its_body_or_in_all_five_headers_of_a_kind()
    {
        foreach (var (path, method, operation) in Operations().Where(one => one.Method == "post"))
        {
            var alternatives = operation["security"]!.AsArray().Select(one => one!.AsObject().Select(scheme => scheme.Key).ToList());

            Assert.That(alternatives, Is.EqualTo(new[]
            {
                new List<string>(), ["X-Tao-Version", "X-Tao-Timestamp", "X-Tao-Nonce", "X-Tao-Signed-By", "X-Tao-Signature"],
                [
                    "Epistula-Version", "Epistula-Timestamp", "Epistula-Uuid", "Epistula-Signed-By", "Epistula-Request-Signature",
                ],
            }), $"{method} {path}");
        }

        Assert.That(
            _document["components"]!["securitySchemes"]!.AsObject().Select(scheme => (string)scheme.Value!["in"]!),
            Is.EqualTo(Enumerable.Repeat("header", 10)));
    }

    [Test]
    public void Every_signed_operation_says_how_to_sign()
    {
        foreach (var (path, method, operation) in Operations().Where(one => one.Method == "post"))
        {
            Assert.That((string)operation["description"]!, Does.Contain("`s3auth sign "), $"{method} {path}");
        }
    }

    [Test]
    public void Values_of_the_wire_are_strings_and_integers_not_our_types()
    {
        var command = _document["components"]!["schemas"]!["GetFolderAccessCommand"]!["properties"]!.AsObject();

        Assert.Multiple(() =>
        {
            Assert.That(
                command.Select(member => member.Key),
                Is.EquivalentTo(new[] { "coldkey", "hotkey", "timestamp", "signature", "audience", "expiry", "source" }));
            Assert.That((string)Resolve(command["hotkey"]!)["type"]!, Is.EqualTo("string"));
            Assert.That((string)Resolve(command["timestamp"]!)["type"]!, Is.EqualTo("integer"));
            Assert.That((string)Resolve(command["signature"]!)["type"]!, Is.EqualTo("string"));
        });
    }

    // The client is generated from the committed document: a server that says something else breaks it for everyone.
    [Test]
    public async Task Committed_document_is_what_the_server_serves()
    {
        var served = (await _service.GetAsync("/openapi.json")).Text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("S3AUTH_WRITE_OPENAPI") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, served);
            return;
        }

        var committed = await File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, "openapi.json"));

        Assert.That(served, Is.EqualTo(committed), "./build.sh --target=OpenApi writes src/Client/openapi.json anew");
    }

    [Test]
    public async Task Page_is_served_from_here()
    {
        using var client = _service.CreateClient();
        using var page = await client.GetAsync(new Uri("/docs/index.html", UriKind.Relative));
        var text = await page.Content.ReadAsStringAsync();
        Assert.Multiple(() =>
        {
            Assert.That((int)page.StatusCode, Is.EqualTo(200));
            Assert.That(text, Does.Not.Contain("https://"), "nothing is fetched from elsewhere");
            Assert.That(text, Does.Not.Match("<script>|<style|style=| on[a-z]+="), "the content security policy forbids what is inline");
            Assert.That(
                page.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'; script-src 'self';"));
        });
    }

    [Test]
    public void What_is_answered_with_null_is_said_to_be_nullable_and_nothing_else_is()
    {
        var (chain, hotkey, command) = (Properties("MetagraphHealth"), Properties("HotkeyStatus"), Properties("GetFolderAccessCommand"));

        Assert.Multiple(() =>
        {
            Assert.That((bool?)chain["last_sync"]!["nullable"], Is.True, "a moment");
            Assert.That((bool?)hotkey["coldkey"]!["nullable"], Is.True, "an account");
            Assert.That(command.Select(member => member.Value!["nullable"]), Has.All.Null, "what is left out is absent");
        });
    }

    [Test]
    public void Address_in_a_path_is_described_as_what_it_is()
    {
        var operation = Operations().Single(one => one.Path == "/hotkeys/{address}").Operation;
        var refusals = operation["responses"]!.AsObject().Where(response => response.Key != "200")
            .SelectMany(response =>
                response.Value!["content"]!["application/problem+json"]!["examples"]!.AsObject().Select(example => example.Key));

        Assert.Multiple(() =>
        {
            Assert.That((string?)operation["parameters"]![0]!["schema"]!["pattern"], Does.StartWith("^5["));
            Assert.That(refusals, Is.EquivalentTo(new[] { "invalid_request", "rate_limited", "chain_unavailable" }));
            Assert.That(operation["security"], Is.Null, "anyone may ask");
        });
    }

    private JsonObject Properties(string schema) => _document["components"]!["schemas"]![schema]!["properties"]!.AsObject();

    private JsonNode Resolve(JsonNode schema)
    {
        var reference = (string?)(schema["$ref"] ?? schema["allOf"]?[0]?["$ref"] ?? schema["oneOf"]?[0]?["$ref"]);
        return reference is null ? schema : _document["components"]!["schemas"]![reference["#/components/schemas/".Length..]]!;
    }
}
