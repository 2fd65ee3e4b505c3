using System.Text.Encodings.Web;
using System.Text.Json;
using Moq;
using S3Auth.Application.Miners;

namespace S3Auth.Api.Tests;

/// <summary>What crosses the wire: one shape in, one shape of error out.</summary>
public sealed class WireTests
{
    private const string Path = "/get-folder-access";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Service _service = null!;

    [OneTimeSetUp]
    public void OneTimeSetUp() => _service = new Service();

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [Test]
    public async Task Good_request_is_granted()
    {
        var answer = await SendAsync(Service.FolderAccess());

        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(200));
            Assert.That(answer.ContentType, Is.EqualTo("application/json"));
            Assert.That((string)answer.Json["expiry"]!, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"));
            Assert.That(answer.Json.Select(member => member.Key), Is.EqualTo(new[]
            {
                "folder", "method", "url", "fields", "list_url", "expiry", "expiry_seconds", "min_bytes", "max_bytes", "folders",
                "structure_info",
            }));
            Assert.That(answer.Text, Does.Not.Contain("\\u"), "URLs can be read by people");
        });
    }

    [TestCase(1)]
    [TestCase(500, Description = "A URL that needs a larger buffer.")]
    public void Urls_are_strings_and_forms_are_objects_of_strings(int length)
    {
        var key = "data/x/5F/größe \"quoted\"/" + string.Concat(Enumerable.Repeat("🙂", length));
        var signer = new SigV4Signer(S3Endpoint.Aws("bucket-1", "us-east-2"), "bucket-1", "us-east-2")
            .At(new SigningCredentials("ASIAEXAMPLE", "secret", "token/with+odd==characters"), DateTimeOffset.UnixEpoch);
        var url = signer.PresignGet(key, 60);
        var fields = signer.SignPost(new PostPolicyRules(key, 1, 2, "private", "STANDARD"), 60);

        var written = JsonSerializer.Serialize(
            new FolderGrant("data/x/5F/", "https://store", fields, url), WireJson.Readable.GetTypeInfo(typeof(FolderGrant))!);

        Assert.That(written, Is.EqualTo(JsonSerializer.Serialize(
            new { folder = "data/x/5F/", url = "https://store", fields = fields.ToDictionary(), list_url = url.ToString() }, Plain)));
    }

    [Test]
    public async Task Unknown_members_are_ignored()
    {
        var body = Service.FolderAccess();
        body["anything"] = new { nested = true };

        Assert.That((await SendAsync(body)).Status, Is.EqualTo(200));
    }

    [TestCase("application/json; charset=utf-8")]
    [TestCase("text/json")]
    [TestCase("application/vnd.miner+json")]
    public async Task Content_type_that_says_json_is_read(string contentType) =>
        Assert.That(
            (await _service.PostAsync(Path, JsonSerializer.Serialize(Service.FolderAccess()), contentType)).Status,
            Is.EqualTo(200));

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("multipart/form-data")]
    [TestCase("nonsense")]
    public async Task Content_type_that_says_anything_else_is_refused(string contentType) =>
        AssertInvalid(await _service.PostAsync(Path, JsonSerializer.Serialize(Service.FolderAccess()), contentType), "Content-Type");

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{} {}")]
    [TestCase("{'hotkey': 1}")]
    [TestCase("// comment\n{}")]
    [TestCase("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task Body_that_is_no_json_object_is_refused(string body) =>
        AssertInvalid(await _service.PostAsync(Path, body), "JSON object");

    [Test]
    public async Task Body_that_is_not_utf8_is_refused()
    {
        using var content = new ByteArrayContent([.. "{\"hotkey\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        var answer = await _service.PostAsync(Path, content);

        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")));
    }

    [TestCase("hotkey", 5)]
    [TestCase("hotkey", true)]
    [TestCase("hotkey", "")]
    [TestCase("hotkey", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tz", TestName = "hotkey with a bad checksum")]
    [TestCase("hotkey", "1zugcag7cJVBtVRnFxv5Qftn7xKAnR6YJ9x4x3XLgGgmNnS", TestName = "hotkey of another network")]
    [TestCase("hotkey", "../x")]
    [TestCase("hotkey", " 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", TestName = "hotkey after a space")]
    [TestCase("coldkey", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tу", TestName = "coldkey with a cyrillic у")]
    [TestCase("coldkey", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\0", TestName = "coldkey with a NUL")]
    [TestCase("timestamp", "1795500000")]
    [TestCase("timestamp", 1795500000.5)]
    [TestCase("timestamp", 1e300)]
    [TestCase("timestamp", false)]
    [TestCase("expiry", "tomorrow")]
    [TestCase("signature", 5)]
    [TestCase("signature", "0x")]
    [TestCase("signature", "zz")]
    [TestCase("source", 5)]
    [TestCase("source", "../../etc")]
    [TestCase("source", "X")]
    public async Task Member_that_is_malformed_is_told_by_its_name(string member, object value)
    {
        var body = Service.FolderAccess();
        body[member] = value;

        var answer = await SendAsync(body);

        AssertInvalid(answer, member);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { member }));
    }

    [TestCase(63)]
    [TestCase(65, TestName = "65 bytes without the leading 01")]
    [TestCase(66)]
    public async Task Signature_of_another_length_is_refused(int bytes)
    {
        var body = Service.FolderAccess();
        body["signature"] = string.Concat(Enumerable.Repeat("5a", bytes));

        AssertInvalid(await SendAsync(body), "signature");
    }

    [TestCase("""{"timestamp": 99999999999999999999}""", "timestamp")]
    [TestCase("""{"timestamp": 1, "timestamp": 2}""", "timestamp")]
    [TestCase("""{"hotkey": {"$ref": "x"}}""", "hotkey")]
    [TestCase("""{"hotkey": ["5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"]}""", "hotkey")]
    [TestCase("""{"hotkey": "\ud800"}""", "hotkey")]
    public async Task Member_that_cannot_be_read_is_told_by_its_name(string body, string member) =>
        AssertInvalid(await _service.PostAsync(Path, body), member);

    [TestCase(Path, 16 * 1024, 400)]
    [TestCase(Path, (16 * 1024) + 1, 413)]
    [TestCase("/get-file-presigned-urls", 512 * 1024, 400)]
    [TestCase("/get-file-presigned-urls", (512 * 1024) + 1, 413)]
    [TestCase("/get-file-presigned-urls", 10_000_000, 413)]
    [TestCase("/get-file-upload-urls", 512 * 1024, 400)]
    [TestCase("/get-file-upload-urls", (512 * 1024) + 1, 413)]
    [TestCase("/complete-multipart-upload", 512 * 1024, 400)]
    [TestCase("/complete-multipart-upload", (512 * 1024) + 1, 413)]
    [TestCase("/create-multipart-upload", (16 * 1024) + 1, 413)]
    [TestCase("/sign-upload-parts", (16 * 1024) + 1, 413)]
    [TestCase("/list-upload-parts", (16 * 1024) + 1, 413)]
    [TestCase("/abort-multipart-upload", (16 * 1024) + 1, 413)]
    public async Task Body_beyond_its_limit_is_refused_declared_or_not(string path, int bytes, int status)
    {
        using var declared = new ByteArrayContent(Encoding.UTF8.GetBytes(new string(' ', bytes)));
        declared.Headers.ContentType = new("application/json");
        using var chunked = new UndeclaredContent(await declared.ReadAsByteArrayAsync());
        chunked.Headers.ContentType = new("application/json");

        foreach (var content in (HttpContent[])[declared, chunked])
        {
            var answer = await _service.PostAsync(path, content);
            Assert.That(answer.Status, Is.EqualTo(status));
            Assert.That(
                answer.Text,
                status == 413 ? Does.Contain(bytes < 512 * 1024 ? "at most 16 KiB" : "at most 512 KiB") : Does.Not.Contain("KiB"));
        }
    }

    [TestCase("{},", 1)]
    [TestCase("1,", 1)]
    [TestCase("{\"a\":1},", 3)]
    [TestCase("[[[]]],", 2)]
    public async Task Body_of_many_small_values_is_refused_before_it_is_read_further(string value, int step)
    {
        // The last one is no JSON: whoever reads on that far says something else.
        var many = string.Concat(Enumerable.Repeat(value, WireJsonInputFormatter.MaxTokens / step));

        var answer = await _service.PostAsync("/get-file-presigned-urls", $"{{\"unknown\":[{many}!]}}");

        AssertInvalid(answer, "4096");
    }

    [Test]
    public async Task Thousand_keys_and_unknown_members_are_within_the_token_limit()
    {
        var body = $$"""{"file_keys": [{{string.Join(',', Enumerable.Repeat("\"data/x/y\"", 1000))}}], "unknown": [{{string.Join(',', Enumerable.Repeat("1", 1000))}}]}""";

        var answer = await _service.PostAsync("/get-file-presigned-urls", body);

        Assert.That((answer.Status, answer.Text), Is.EqualTo((400, answer.Text)));
        Assert.That(answer.Text, Does.Not.Contain("4096"), "it lacks a proof, and nothing else");
    }

    // The parts are as many as the default part size makes of the largest file.
    [TestCase("/get-file-upload-urls", "files", """{"path":"a/b","size":1024,"sha256":"00","more":1}""", 1000)]
    [TestCase("/complete-multipart-upload", "parts", """{"part_number":10000,"etag":"00000000000000000000000000000000"}""", 5000)]
    public async Task Largest_list_of_uploads_is_within_the_token_limit(string path, string member, string item, int count)
    {
        var body = $$"""{"{{member}}": [{{string.Join(',', Enumerable.Repeat(item, count))}}]}""";

        AssertInvalid(await _service.PostAsync(path, body), "hotkey");
        AssertInvalid(
            await _service.PostAsync(path, $$"""{"{{member}}": [{{string.Join(',', Enumerable.Repeat("[]", 20_500))}}]}"""),
            "names, values and brackets");
    }

    [Test]
    public async Task Unknown_member_must_be_strict_json()
    {
        var good = JsonSerializer.Serialize(Service.FolderAccess())[..^1];
        using var badlyEncoded = new ByteArrayContent([.. Encoding.UTF8.GetBytes(good), .. ",\""u8, 0xFF, .. "\":1}"u8]);
        badlyEncoded.Headers.ContentType = new("application/json");

        AssertInvalid(await _service.PostAsync(Path, good + ",\"zz\":1,\"zz\":2}"), "JSON object");
        AssertInvalid(await _service.PostAsync(Path, good + ",\"zz\":{\"a\":1,\"\\u0061\":2}}"), "JSON object");
        AssertInvalid(await _service.PostAsync(Path, good + ",\"zz\":{\"\\ud800\":1,\"a\":2}}"), "JSON object");
        AssertInvalid(await _service.PostAsync(Path, good + ",\"zz\":[{\"\\udc00\":1}]}"), "JSON object");
        AssertInvalid(await _service.PostAsync(Path, badlyEncoded), "JSON object");
    }

    [Test]
    public async Task Long_name_of_a_member_is_not_repeated()
    {
        var answer = await _service.PostAsync(Path, $"{{\"{new string('A', 16_000)}\":}}");

        AssertInvalid(answer, "JSON object");
        Assert.That(answer.Text, Has.Length.LessThan(1000));
    }

    [Test]
    public async Task Names_of_members_are_case_sensitive()
    {
        var answer = await _service.PostAsync(Path, """{"Hotkey": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"}""");

        Assert.That(answer.Json["errors"]!["hotkey"], Is.Not.Null);
    }

    [Test]
    public async Task Problem_has_every_member_and_the_request_id()
    {
        var answer = await _service.PostAsync(Path, "{}");

        Assert.Multiple(() =>
        {
            Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"));
            Assert.That(
                answer.Json.Select(member => member.Key),
                Is.EqualTo(new[] { "type", "title", "status", "detail", "code", "request_id", "errors" }));
            Assert.That((string)answer.Json["request_id"]!, Is.EqualTo(answer.RequestId).And.Not.Empty);
            Assert.That((int)answer.Json["status"]!, Is.EqualTo(400));
            Assert.That(answer.Text, Does.Contain("'").And.Not.Contain("\\u"), "people can read it");
        });
    }

    [TestCase("my-id_1.2", true)]
    [TestCase("with space", false)]
    [TestCase("a;b", false)]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012345", false, TestName = "65 characters")]
    public async Task Clients_own_request_id_is_kept_when_it_is_harmless(string id, bool kept)
    {
        using var client = _service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.TryAddWithoutValidation("X-Request-ID", id);
        using var response = await client.SendAsync(request);

        Assert.That(response.Headers.GetValues("X-Request-ID").Single() == id, Is.EqualTo(kept));
    }

    [TestCase("/nothing-here", 404, "not_found")]
    [TestCase("/get-folder-access", 405, "method_not_allowed")]
    public async Task Wrong_path_or_method_is_a_problem_too(string path, int status, string code)
    {
        var answer = await _service.GetAsync(path);

        Assert.That((answer.Status, answer.ContentType, answer.Code), Is.EqualTo((status, "application/problem+json", code)));
    }

    [Test]
    public async Task Grant_is_not_cached()
    {
        using var client = _service.CreateClient();
        using var content = new StringContent(
            JsonSerializer.Serialize(Service.FolderAccess()),
            System.Text.Encoding.UTF8,
            "application/json");
        using var response = await client.PostAsync(new Uri(Path, UriKind.Relative), content);

        Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
    }

    [TestCase("/healthz")]
    [TestCase("/nothing-here")]
    public async Task Answer_is_what_its_content_type_says(string path)
    {
        using var client = _service.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }

    [Test]
    public async Task Unexpected_failure_gives_the_client_an_id_and_logs_the_cause()
    {
        var verifier = new Mock<ISignatureVerifier>();
        verifier.Setup(port => port.Verify(It.IsAny<AccountId>(), It.IsAny<string>(), It.IsAny<Sr25519Signature>()))
            .Throws(new InvalidOperationException("password=hunter2"));
        await using var service = new Service { Replace = services => services.AddSingleton(verifier.Object) };

        var answer = await service.PostAsync(Path, JsonSerializer.Serialize(Service.FolderAccess()));

        Assert.Multiple(() =>
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((500, "internal_error")));
            Assert.That(answer.Text, Does.Not.Contain("hunter2").And.Not.Contain("InvalidOperation"));
            Assert.That(service.Log.AboveInformation.Count(), Is.EqualTo(1));
            Assert.That(service.Log.AboveInformation.Single().Text, Does.Contain(answer.RequestId).And.Contain("hunter2"));
        });
    }

    [Test]
    public async Task Unavailable_chain_is_refused_with_retry_after()
    {
        await using var service = new Service { Replace = services => services.AddSingleton(Mock.Of<IMetagraph>()) };
        using var client = service.CreateClient();
        using var content = new StringContent(
            JsonSerializer.Serialize(Service.FolderAccess()),
            System.Text.Encoding.UTF8,
            "application/json");
        using var response = await client.PostAsync(new Uri(Path, UriKind.Relative), content);

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        });
    }

    [TearDown]
    public void Bad_input_leaves_nothing_in_the_log_above_information() => Assert.That(_service.Log.AboveInformation, Is.Empty);

    private Task<Answer> SendAsync(Dictionary<string, object?> body) => _service.PostAsync(Path, JsonSerializer.Serialize(body));

    private static void AssertInvalid(Answer answer, string said) => Assert.Multiple(() =>
    {
        Assert.That((answer.Status, answer.ContentType, answer.Code), Is.EqualTo((400, "application/problem+json", "invalid_request")));
        Assert.That(answer.Detail, Does.Contain(said));
        Assert.That(answer.Detail, Does.Match(@"^[^.]([^.]|\.\S)*\.$"), "one sentence");
        Assert.That(answer.Detail, Does.Not.Contain("System.").And.Not.Contain("S3Auth."), "no name of ours");
    });

    /// <summary>A body of which nobody says how long it is.</summary>
    private sealed class UndeclaredContent(byte[] body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(body).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
