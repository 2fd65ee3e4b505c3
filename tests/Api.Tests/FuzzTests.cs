using System.Diagnostics;
using System.Text.Json;

namespace S3Auth.Api.Tests;

/// <summary>Damaged bodies and headers on every signed endpoint: refused politely, in time, and with bounded memory.</summary>
public sealed class FuzzTests
{
    private const int Seed = 4711;
    private const int Rounds = 12_000;
    private const int AtOnce = 8;
    private const int MaxBytesPerRequest = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Paths =
    [
        "/get-folder-access", "/get-file-upload-url", "/list-my-files", "/get-validator-access", "/get-miner-specific-access",
        "/get-miner-list",
        "/list-files", "/get-folder-presigned-urls", "/get-file-presigned-urls", "/get-file-upload-urls", "/create-multipart-upload",
        "/sign-upload-parts", "/list-upload-parts", "/complete-multipart-upload", "/abort-multipart-upload",
        "/get-session-credentials",
    ];

    private static readonly string[] Members =
        ["source", "expiry", "filename", "job_id", "size", "limit", "prefix", "cursor", "continuation_token", "file_keys",
            "expiry_hours", "coldkey", "miner_hotkey", "files", "path", "part_size", "overwrite", "resume", "s3_key", "upload_id",
            "part_numbers", "parts", "role", "duration_seconds"];

    private const string Upload = "large.parquet";

    private static readonly string Coldkey = KeyPair.FromUri("//Bob//cold").AccountId.ToString();

    private static readonly byte[] Miner = JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object?>(Service.FolderAccess(), StringComparer.Ordinal)
        {
            ["source"] = "x",
            ["expiry"] = 1_900_000_000,
            ["filename"] = "a.parquet",
            ["job_id"] = "default",
            ["size"] = 4096,
            ["limit"] = 10,
            ["prefix"] = "a",
            ["cursor"] = "AAAA",
            ["files"] = new[] { new { path = "a/b.parquet", size = 4096, sha256 = new string('a', 64) } },
            ["path"] = "a/b.parquet",
            ["part_size"] = 5_242_880,
            ["overwrite"] = true,
            ["resume"] = false,
            ["s3_key"] = $"data/x/{Coldkey}/a.parquet",
            ["upload_id"] = "AAAA",
            ["part_numbers"] = new[] { 1, 2 },
            ["parts"] = new[] { new { part_number = 1, etag = "a" } },
        });

    private static readonly byte[] Validator = JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object?>(Service.FolderAccess(), StringComparer.Ordinal)
        {
            ["miner_hotkey"] = KeyPair.FromUri("//Bob").AccountId.ToString(),
            ["file_keys"] = new[] { "data/x/a", "b" },
            ["expiry_hours"] = 3,
            ["limit"] = 10,
            ["continuation_token"] = "token", ["cursor"] = "AAAA", ["source"] = "reddit",
        });

    private static readonly (string Name, string Value)[] Headers =
    [
        ("X-Tao-Version", "2"), ("X-Tao-Timestamp", "1795500000000"), ("X-Tao-Nonce", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
        ("X-Tao-Signed-By", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"), ("X-Tao-Signature", Convert.ToBase64String(new byte[64])),
        ("Epistula-Version", "2"), ("Epistula-Timestamp", "1795500000000"), ("Epistula-Uuid", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
        ("Epistula-Signed-By", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"),
        ("Epistula-Signed-For", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"),
        ("Epistula-Request-Signature", "0x" + new string('0', 128)),
        ("X-Request-ID", "an-id"), ("X-Forwarded-For", "192.0.2.1"), ("Authorization", "Bearer x"), ("Origin", "https://example.org"),
    ];

    private readonly KeyPair _alice = KeyPair.FromUri("//Alice");
    private readonly KeyPair _bob = KeyPair.FromUri("//Bob");

    [OneTimeTearDown]
    public void TearDown()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Test]
    public async Task Damaged_requests_are_refused_politely()
    {
        using var service = new Service();
        using var client = service.CreateClient();
        var uploadId = await CreateUploadAsync(service);
        var random = new Random(Seed);
        var rounds = Rounds * Fuzz.Factor;
        var codes = new SortedDictionary<int, int>();
        var allocated = GC.GetTotalAllocatedBytes();
        var longest = TimeSpan.Zero;
        for (var round = 0; round < rounds; round += AtOnce)
        {
            var requests = Enumerable.Range(0, AtOnce).Select(_ => Make(random, uploadId)).ToList();
            var start = Stopwatch.GetTimestamp();
            var answers = await Task.WhenAll(requests.Select(request => client.SendAsync(request.Message))).WaitAsync(Patience);
            var waited = Stopwatch.GetElapsedTime(start);
            longest = waited > longest ? waited : longest;
            foreach (var (request, answer) in requests.Zip(answers))
            {
                var status = (int)answer.StatusCode;
                var text = await answer.Content.ReadAsStringAsync();
                Assert.That(
                    status,
                    Is.InRange(200, 499),
                    $"seed {Seed}, round {round}: {request.Message.RequestUri}\n{request.Body}\n{text}");
                codes[status] = codes.GetValueOrDefault(status) + 1;
                request.Message.Dispose();
                answer.Dispose();
            }
        }

        var each = (GC.GetTotalAllocatedBytes() - allocated) / rounds;
        Assert.That(each, Is.LessThan(MaxBytesPerRequest), "bytes allocated for each request, client and test included");
        Assert.That(service.Log.Text, Does.Not.Contain("failed unexpectedly"));
        Figures.Print(
            "Fuzz",
            $"{rounds} damaged requests: {string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"))}; none 5xx, ",
            $"longest {longest.TotalMilliseconds:F0} ms for {AtOnce} at once, {each / 1024} KiB allocated each");
    }

    // Properly signed over what was damaged: it gets as far as its handler.
    private (HttpRequestMessage Message, string Body) Sign(Random random, string path, string uploadId)
    {
        var members = random.Next(2) == 0 ? UploadMembers(path, uploadId) : [];
        members["miner_coldkey"] = Coldkey;
        foreach (var name in Members.Where(_ => random.Next(3) == 0))
        {
            members[name] = random.Next(6) switch
            {
                0 => random.NextInt64(-2, 2000),
                1 => new JsonArray($"data/x/{Coldkey}/a", Text(random)),
                2 => "x",
                _ => Text(random),
            };
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(members);
        body = random.Next(4) == 0 ? Fuzz.Damage(random, body) : body;
        var kind = random.Next(2) == 0 ? SignedHeaders.Tao : SignedHeaders.Epistula;
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in kind.Sign(body, random.Next(2) == 0 ? _alice : _bob))
        {
            message.Headers.Add(name, value);
        }

        return (message, Encoding.Latin1.GetString(body));
    }

    private static string Text(Random random) =>
        Encoding.UTF8.GetString(Fuzz.Damage(random, Encoding.UTF8.GetBytes($"data/x/{Coldkey}/job_id=1/a b+c.parquet")));

    // Undamaged, so that what is damaged beside them gets further.
    private static JsonObject UploadMembers(string path, string uploadId)
    {
        var members = new JsonObject
        {
            ["files"] = new JsonArray(new JsonObject { ["path"] = "a/b.parquet", ["size"] = 4096, ["sha256"] = new string('a', 64) }),
            ["path"] = Upload,
            ["size"] = 4096,
            ["s3_key"] = $"data/x/{Coldkey}/{Upload}",
            ["upload_id"] = uploadId,
            ["part_numbers"] = new JsonArray(1),
        };
        if (path == "/complete-multipart-upload")
        {
            members["parts"] = new JsonArray(new JsonObject { ["part_number"] = 1, ["etag"] = "a" });
        }

        return members;
    }

    private static async Task<string> CreateUploadAsync(Service service)
    {
        await service.WaitForUploadsAsync();
        var created = await service.PostAsync("/create-multipart-upload", JsonSerializer.Serialize(
            new Dictionary<string, object?>(Service.FolderAccess(), StringComparer.Ordinal) { ["path"] = Upload, ["size"] = 4096 }));
        Assert.That(created.Status, Is.EqualTo(200), created.Text);
        return (string)created.Json["upload_id"]!;
    }

    private (HttpRequestMessage Message, string Body) Make(Random random, string uploadId)
    {
        var path = Paths[random.Next(Paths.Length)];
        if (random.Next(3) == 0)
        {
            return Sign(random, path, uploadId);
        }

        var whole = random.Next(2) == 0 ? Miner : Validator;
        var body = random.Next(8) == 0 ? whole : Fuzz.Damage(random, whole);
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        message.Content.Headers.TryAddWithoutValidation(
            "Content-Type", random.Next(10) == 0 ? Fuzz.Printable(Fuzz.Damage(random, "application/json"u8)) : "application/json");
        if (random.Next(2) == 0)
        {
            foreach (var (name, value) in Headers.Where(_ => random.Next(8) > 0))
            {
                message.Headers.TryAddWithoutValidation(
                    name, random.Next(3) == 0 ? Fuzz.Printable(Fuzz.Damage(random, Encoding.ASCII.GetBytes(value))) : value);
            }
        }

        return (message, Encoding.Latin1.GetString(body));
    }
}
