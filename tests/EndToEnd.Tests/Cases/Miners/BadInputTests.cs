namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>
/// Invalid requests get a status, a code and one sentence of help. They write nothing above Information to the log, because a client's
/// mistake is no event of the server.
/// </summary>
internal sealed partial class BadInputTests
{
    private const string Folder = ServiceClient.FolderAccessPath;
    private const string Validator = ServiceClient.ValidatorAccessPath;

    private const string Files = ServiceClient.FileUrlsPath;

    private const string LongDigits = "99999999999999999999999999";

    // //Alice's account as two other networks write it.
    private const string AliceOnPolkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    private const string AliceOnKusama = "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F";

    private static readonly Miner Bob = Miner.Development("Bob");
    private static readonly Account Alice = Account.Development("//Alice");

    private ScratchFolder? _folder;
    private ApiProcess? _api;

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The service does not run yet.");

    private static IEnumerable<TestCaseData> BadRequests()
    {
        // Not a JSON object.
        yield return Case("Not_JSON", Folder, () => "this is not JSON", 400, "invalid_request");
        yield return Case("Empty_body", Folder, () => "", 400, "invalid_request");
        yield return Case("White_space", Folder, () => "  \r\n ", 400, "invalid_request");
        yield return Case("Null", Folder, () => "null", 400, "invalid_request");
        yield return Case("Array", Folder, () => "[]", 400, "invalid_request");
        yield return Case("Text", Folder, () => "\"text\"", 400, "invalid_request");
        yield return Case("Number", Folder, () => "1", 400, "invalid_request");
        yield return Case("Empty_object", Folder, () => "{}", 400, "invalid_request");
        yield return Case("Half_an_object", Folder, () => Good()[..^1], 400, "invalid_request");
        yield return Case("Two_objects", Folder, () => Good() + Good(), 400, "invalid_request");
        yield return Case("Comment", Folder, () => "/* hello */" + Good(), 400, "invalid_request");
        yield return Case("Trailing_comma", Folder, () => Good()[..^1] + ",}", 400, "invalid_request");
        yield return Case("Form", Folder, () => "coldkey=1&hotkey=2", 400, "invalid_request");
        yield return Case(
            "Deep_nesting",
            Folder,
            () => Good()[..^1] + ",\"more\":" + new string('[', 5000) + new string(']', 5000) + "}",
            400,
            "invalid_request");
        yield return Case("Body_of_10_MB", Folder, () => "{\"coldkey\":\"" + new string('5', 10_000_000) + "\"}", 413, "request_too_large");
        yield return Case(
            "Body_of_513_KiB", Folder, () => "{\"coldkey\":\"" + new string('5', 513 * 1024) + "\"}", 413, "request_too_large");
        yield return Case(
            "Body_just_below_the_limit", Folder, () => "{\"coldkey\":\"" + new string('5', 15 * 1024) + "\"}", 400, "invalid_request");
        yield return new TestCaseData(
            Folder, () => (byte[])[0xFF, 0xFE, 0x00, 0xC3, 0x28], 400, "invalid_request", null).SetName("BadInput_No_UTF8");
        yield return new TestCaseData(
            Folder,
            () => (byte[])[.. "{\"coldkey\":\""u8, 0xC3, 0x28, .. "\"}"u8],
            400,
            "invalid_request",
            null).SetName("BadInput_No_UTF8_in_a_text");

        // Members.
        foreach (var member in (string[])["coldkey", "hotkey", "timestamp", "signature"])
        {
            yield return Changed($"Without_{member}", body => body.Remove(member), 400, "invalid_request", member);
            yield return Changed($"Null_for_{member}", body => body[member] = null, 400, "invalid_request", member);
            yield return Changed($"Object_for_{member}", body => body[member] = new JsonObject(), 400, "invalid_request", member);
            yield return Changed(
                $"Array_for_{member}", body => body[member] = new JsonArray(body[member]!.DeepClone()), 400, "invalid_request", member);
            yield return Changed($"Truth_for_{member}", body => body[member] = true, 400, "invalid_request", member);
            yield return Case($"Duplicate_{member}", Folder, () => Duplicated(member), 400, "invalid_request");
        }

        yield return Changed("Number_for_hotkey", body => body["hotkey"] = 5, 400, "invalid_request", "hotkey");
        yield return Changed("Number_for_signature", body => body["signature"] = 5, 400, "invalid_request", "signature");
        yield return Changed(
            "Text_for_timestamp", body => body["timestamp"] = ServiceClient.Now.ToString(null, null), 400, "invalid_request", "timestamp");
        yield return Changed("Text_for_expiry", body => body["expiry"] = "tomorrow", 400, "invalid_request", "expiry");
        yield return Changed("Number_for_source", body => body["source"] = 1, 400, "invalid_request", "source");
        yield return Case(
            "Names_in_another_case",
            Folder,
            () => Good().Replace("\"hotkey\"", "\"Hotkey\"", StringComparison.Ordinal),
            400,
            "invalid_request",
            "hotkey");

        // Numbers.
        foreach (var (name, number) in ((string, string)[])
            [
                ("beyond_64_bits", LongDigits),
                ("with_a_fraction", "1700000000.5"),
                ("with_an_exponent", "1e400"),
                ("below_64_bits", "-" + LongDigits),
            ])
        {
            yield return Case($"Timestamp_{name}", Folder, () => WithRaw("timestamp", number), 400, "invalid_request", "timestamp");
            yield return Case($"Expiry_{name}", Folder, () => WithRaw("expiry", number), 400, "invalid_request", "expiry");
        }

        // Addresses.
        foreach (var member in (string[])["coldkey", "hotkey"])
        {
            foreach (var (name, address) in Addresses())
            {
                yield return Changed($"{member}_{name}", body => body[member] = address, 400, "invalid_request", member);
            }
        }

        foreach (var (name, address) in Addresses())
        {
            yield return Case(
                $"Validators_hotkey_{name}",
                Validator,
                () => With(GoodValidator(), body => body["hotkey"] = address),
                400,
                "invalid_request",
                "hotkey");
        }

        // Signatures.
        foreach (var (name, signature) in ((string, Func<string, string>)[])
            [
                ("of_63_bytes", hex => hex[..126]), ("of_66_bytes", hex => hex + "0101"), (
                    "of_65_bytes_with_another_first", hex => "02" + hex),
                ("of_half_a_byte_more", hex => hex + "0"), (
                    "that_is_not_hex", hex => "zz" + hex[2..]), ("that_is_empty", _ => ""), ("with_white_space", hex => hex + " "),
                ("of_full_width_digits", hex => "０" + hex[1..]), ("of_base64", hex => Convert.ToBase64String(Convert.FromHexString(hex))),
                (
                    "that_is_very_long",
                    _ => new string('a', 10_000)), ("of_nothing_but_0x", _ => "0x"), ("with_two_prefixes", hex => "0x0x" + hex),
            ])
        {
            yield return Changed(
                $"Signature_{name}",
                body => body["signature"] = signature((string)body["signature"]!),
                400,
                "invalid_request",
                "signature");
            yield return Case(
                $"Validators_signature_{name}", Validator, () =>
                    With(
                        GoodValidator(),
                        body => body["signature"] = signature((string)body["signature"]!)), 400, "invalid_request", "signature");
        }

        // Moments. Each is properly signed: only its moment is wrong.
        foreach (var (name, moment, code, says) in ((string, Func<long>, string, string)[])
            [
                ("zero", () => 0, "timestamp_expired", "too old (the limit is 300 s"),
                ("negative", () => -1, "timestamp_expired", "too old (the limit is 300 s"),
                ("the_least_there_is", () => long.MinValue, "timestamp_expired", "too old (the limit is 300 s"),
                ("301_s_old", () => ServiceClient.Now - 301, "timestamp_expired", "too old (the limit is 300 s"),
                ("a_day_old", () => ServiceClient.Now - 86400, "timestamp_expired", "too old (the limit is 300 s"),
                ("in_milliseconds", () => ServiceClient.Now * 1000, "timestamp_in_future", "millisecond"),
                ("the_greatest_there_is", () => long.MaxValue, "timestamp_in_future", "millisecond"),
            ])
        {
            yield return Case(
                $"Timestamp_{name}", Folder, () => ServiceClient.FolderAccessBody(Bob, moment()).ToJsonString(), 400, code, says);
            yield return Case(
                $"Validators_timestamp_{name}",
                Validator,
                () => ServiceClient.ValidatorAccessBody(Alice, moment()).ToJsonString(),
                400,
                code,
                says);
        }

        foreach (var (name, expiry) in ((string, Func<long>)[])
            [
                ("in_the_past", () => ServiceClient.Now - 1),
                ("zero", () => 0),
                ("negative", () => -5),
                ("the_least_there_is", () => long.MinValue),
            ])
        {
            yield return Changed($"Expiry_{name}", body => body["expiry"] = expiry(), 400, "expiry_in_past", "expiry");
            yield return Case(
                $"Validators_expiry_{name}",
                Validator,
                () => With(GoodValidator(), body => body["expiry"] = expiry()),
                400,
                "expiry_in_past",
                "expiry");
        }

        // Sources.
        foreach (var source in (string[])["unknown", "../../etc", "X", "", " x", "x/", "x/../reddit", "х", "x\0", new string('x', 5000)])
        {
            yield return Changed($"Source_{Label(source)}", body => body["source"] = source, 400, "invalid_request", "source");
        }

        // Downloads.
        foreach (var (name, change, says) in ((string, Action<JsonObject>, string)[])
            [
                ("without_a_miner", body => body.Remove("miner_coldkey"), "miner_coldkey"),
                ("with_two_names_of_a_miner", body => body["miner_hotkey"] = Bob.Hotkey.Address, "exactly one"),
                ("with_a_path_as_miner", body => body["miner_coldkey"] = "../x", "miner_coldkey"),
                ("without_keys", body => body.Remove("file_keys"), "file_keys"),
                ("with_no_key", body => body["file_keys"] = new JsonArray(), "file_keys"),
                ("with_null_as_keys", body => body["file_keys"] = null, "file_keys"),
                ("with_null_as_a_key", body => body["file_keys"] = new JsonArray((JsonNode?)null), "file_keys"),
                ("with_a_number_as_a_key", body => body["file_keys"] = new JsonArray(1), "file_keys"),
                ("with_a_text_as_keys", body => body["file_keys"] = "data/x/file", "file_keys"),
                (
                    "with_1001_keys",
                    body => body["file_keys"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(number => (JsonNode)$"{number}")]),
                    "file_keys"),
                ("for_0_hours", body => body["expiry_hours"] = 0, "expiry_hours"),
                ("for_25_hours", body => body["expiry_hours"] = 25, "expiry_hours"),
                ("for_negative_hours", body => body["expiry_hours"] = -1, "expiry_hours"),
                ("for_half_an_hour", body => body["expiry_hours"] = 0.5, "expiry_hours"),
            ])
        {
            yield return Case($"Downloads_{name}", Files, () => With(GoodFiles(), change), 400, "invalid_request", says);
        }

        yield return Case(
            "Downloads_of_a_hotkey_that_nobody_knows", Files, () =>
                ServiceClient.FileUrlsBody(
                    Alice, "miner_hotkey", Account.New().Address, ["a"]).ToJsonString(), 404, "miner_not_found", "miner_coldkey");

        // Well-formed but wrong.
        yield return Changed("Signature_of_zeros", body => body["signature"] = new string('0', 128), 401, "invalid_signature", "sign");
        yield return Case(
            "Stranger", Folder, () => ServiceClient.FolderAccessBody(Miner.New()).ToJsonString(), 403, "hotkey_not_registered", "46");
        yield return Case(
            "Miner_as_validator",
            Validator,
            () => ServiceClient.ValidatorAccessBody(Bob.Hotkey).ToJsonString(),
            403,
            "not_a_validator",
            "permit");
    }

    [OneTimeSetUp]
    public async Task StartService()
    {
        _folder = new ScratchFolder("bad-input");
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"));
    }

    [OneTimeTearDown]
    public async Task StopService()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [TestCaseSource(nameof(BadRequests))]
    public async Task Bad_request_is_refused_with_help(string path, Func<byte[]> body, int status, string code, string? says)
    {
        var answer = await Api.Client.PostAsync(path, body());

        AssertProblem(answer, status, code);
        if (says is not null)
        {
            Assert.That(answer.Text, Does.Contain(says).IgnoreCase);
        }
    }

    [TestCase("GET", Folder, 405, "method_not_allowed")]
    [TestCase("PUT", Validator, 405, "method_not_allowed")]
    [TestCase("GET", "/no-such-path", 404, "not_found")]
    [TestCase("POST", "/get-folder-access/../../etc/passwd", 404, "not_found")]
    public async Task Wrong_path_or_method_is_refused_with_help(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Api.Address, path));
        using var response = await TestRun.Current.Http.SendAsync(request);

        AssertProblem(
            new Answer(
                response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                response.Headers.GetValues("X-Request-ID").Single(),
                RetryAfter: null,
                await response.Content.ReadAsStringAsync()),
            status,
            code);
    }

    [TestCase("application/xml", 10)]
    [TestCase("text/plain", 10)]
    [TestCase("application/x-www-form-urlencoded", 10)]
    [TestCase("application/x-www-form-urlencoded", 1_000_000)]
    [TestCase("multipart/form-data; boundary=b", 10)]
    [TestCase("multipart/form-data; boundary=b", 1_000_000)]
    [TestCase("multipart/form-data", 10)]
    public async Task Body_of_another_content_type_is_refused(string contentType, int bytes)
    {
        var answer = await Api.Client.PostAsync(Folder, Encoding.UTF8.GetBytes(new string('a', bytes)), contentType);

        AssertProblem(answer, 400, "invalid_request");
        Assert.That(answer.Detail, Does.Contain("application/json"));
    }

    [Test]
    public async Task Timestamp_64_s_ahead_is_refused_with_help()
    {
        foreach (var (path, body) in ((string, Func<JsonObject>)[])
            [
                (Folder, () => ServiceClient.FolderAccessBody(Bob, ServiceClient.Now + 64)),
                (Validator, () => ServiceClient.ValidatorAccessBody(Alice, ServiceClient.Now + 64)),
            ])
        {
            var answer = await TimelyRequest.SendAsync(() => Api.Client.PostAsync(path, body()));

            AssertProblem(answer, 400, "timestamp_in_future");
            Assert.That(answer.Detail, Does.Contain("s too far ahead (the limit is 60 s"));
        }
    }

    [Test]
    public async Task Request_within_the_window_is_served()
    {
        foreach (var age in (long[])[297, 0, -57])
        {
            var answer = await TimelyRequest.SendAsync(
                () => Api.Client.PostAsync(Folder, ServiceClient.FolderAccessBody(Bob, ServiceClient.Now - age)));
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        }
    }

    [Test]
    public async Task Clients_own_request_id_is_kept_when_it_is_harmless()
    {
        var kept = await Api.Client.PostAsync(Folder, "{}"u8.ToArray(), requestId: "my-own.id_1");
        var replaced = await Api.Client.PostAsync(Folder, "{}"u8.ToArray(), requestId: "no spaces or <tags>");
        var shortened = await Api.Client.PostAsync(Folder, "{}"u8.ToArray(), requestId: new string('a', 65));

        Assert.That(kept.RequestId, Is.EqualTo("my-own.id_1"));
        AssertProblem(kept, 400, "invalid_request");
        AssertProblem(replaced, 400, "invalid_request");
        Assert.That(replaced.RequestId, Does.Match("^[A-Za-z0-9._-]{1,64}$"));
        Assert.That(shortened.RequestId, Does.Match("^[A-Za-z0-9._-]{1,64}$").And.Not.StartWith("aaaa"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Client_that_leaves_in_the_middle_is_no_event(bool reset)
    {
        for (var i = 0; i < 5; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {Folder} HTTP/1.1\r\nHost: {Api.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: "
                    + $"5000\r\n\r\n{{\"hot"));
            await Task.Delay(200);
            if (reset)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }

        // What it leaves in the log is there before the next answer.
        await Task.Delay(500);
        Assert.That((await Api.Client.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    // After each of them: whose entry it is shows at once, and no order of the tests can hide one.
    [TearDown]
    public void Log_holds_nothing_above_information()
    {
        var log = Api.ReadLog();

        Assert.That(log, Is.Not.Empty);
        Assert.That(log.Where(entry => entry.IsAboveInformation), Is.Empty);
    }

    private static void AssertProblem(Answer answer, int status, string code)
    {
        Assert.That(((int)answer.Status, answer.ContentType), Is.EqualTo((status, "application/problem+json")), answer.ToString());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Code, Is.EqualTo(code), answer.ToString());
            Assert.That((int?)answer.Json["status"], Is.EqualTo(status));
            Assert.That((string?)answer.Json["type"], Is.Not.Empty);
            Assert.That((string?)answer.Json["title"], Is.Not.Empty);
            Assert.That((string?)answer.Json["request_id"], Is.EqualTo(answer.RequestId).And.Not.Empty);
            Assert.That(answer.Detail, Does.Match(OneSentence()));
            Assert.That(answer.Detail, Has.Length.LessThan(500), "A human reads it.");
            Assert.That(answer.Text, Does.Not.Contain("   at ").And.Not.Contain("Exception").And.Not.Contain("System."));
        }
    }

    private static IEnumerable<(string Name, string Address)> Addresses()
    {
        var good = Bob.Coldkey.Address;
        yield return ("with_a_bad_checksum", good[..^1] + (good[^1] == 'A' ? 'B' : 'A'));
        yield return ("with_two_letters_swapped", good[..10] + good[11] + good[10] + good[12..]);
        yield return ("of_Polkadot", AliceOnPolkadot);
        yield return ("of_Kusama", AliceOnKusama);
        yield return ("that_is_a_path", "../x");
        yield return ("that_is_a_path_of_the_right_length", "../" + good[3..]);
        yield return ("with_a_Cyrillic_letter", good[..5] + "а" + good[6..]);
        yield return ("of_full_width_letters", "５" + good[1..]);
        yield return ("with_a_hidden_letter", good + "\u200B");
        yield return ("with_white_space", " " + good);
        yield return ("with_a_line_break", good + "\n");
        yield return ("with_a_zero", good + "\0");
        yield return ("in_upper_case", good.ToUpperInvariant());
        yield return ("that_is_empty", "");
        yield return ("in_hexadecimal", "0x" + new string('a', 64));
        yield return ("that_is_very_long", new string('5', 10_000));
        yield return ("with_a_slash", good + "/");
    }

    private static TestCaseData Case(string name, string path, Func<string> body, int status, string code, string? says = null) =>
        new TestCaseData(path, () => Encoding.UTF8.GetBytes(body()), status, code, says).SetName("BadInput_" + name);

    private static TestCaseData Changed(string name, Action<JsonObject> change, int status, string code, string says) =>
        Case(name, Folder, () => With(GoodBody(), change), status, code, says);

    private static JsonObject GoodBody() => ServiceClient.FolderAccessBody(Bob);

    private static JsonObject GoodValidator() => ServiceClient.ValidatorAccessBody(Alice);

    private static JsonObject GoodFiles() =>
        ServiceClient.FileUrlsBody(Alice, "miner_coldkey", Bob.Coldkey.Address, [$"data/x/{Bob.Coldkey}/file.bin"]);

    private static string Good() => GoodBody().ToJsonString();

    private static string With(JsonObject body, Action<JsonObject> change)
    {
        change(body);
        return body.ToJsonString();
    }

    private static string WithRaw(string member, string number) =>
        With(GoodBody(), body => body[member] = 4711).Replace("4711", number, StringComparison.Ordinal);

    private static string Duplicated(string member)
    {
        var body = GoodBody();
        return $"{body.ToJsonString()[..^1]},\"{member}\":{body[member]!.ToJsonString()}}}";
    }

    private static string Label(string text) => text.Length == 0 ? "empty" : NoName().Replace(text.Length > 20 ? "very_long" : text, "~");

    [GeneratedRegex(@"[^\w.~]", RegexOptions.NonBacktracking)]
    private static partial Regex NoName();

    // One line that begins with a capital and ends with a full stop.
    [GeneratedRegex(@"\A\p{Lu}[^\r\n]*\.\z", RegexOptions.NonBacktracking)]
    private static partial Regex OneSentence();
}
