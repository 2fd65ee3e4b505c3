namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>The doctor names what is wrong with a store or a configuration, and leaves nothing in the bucket.</summary>
internal sealed class DoctorTests() : RealBucketFixture("s3auth-doctor")
{
    private const string WrongSecret = "a-wrong-secret-that-must-not-be-seen";

    [OneTimeSetUp]
    public Task StoreAnObject() => Store.PutAsync("data/x/a miner's+file%.bin", new byte[10]);

    [Test]
    public async Task Store_as_it_is_has_no_failure()
    {
        var report = await ExamineAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((report.ExitCode, report.Names("fail").Count, report.Names("skipped").Count), Is.EqualTo((0, 0, 0)), report.Text);
            Assert.That(
                report.Names("ok").Concat(report.Names("warn")),
                Is.EquivalentTo(
                [
                    "settings", "endpoint", "region", "credentials", "bucket", "clock", "public_endpoint", "post", "put", "parts",
                    "list", "file_size", "multipart", "versioning", "lifecycle", "permissions", "public_access", "cors",
                    "conditional_writes", "checksums", "sts",
                ]));
            Assert.That(
                report["permissions"], Does.Contain("delete objects").And.Contain("write outside data/x/"), "They are the owner's.");
        }
    }

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Case("another region", [StoreFault.Region("eu-central-7")], ("region", "fail .*S3_REGION=eu-central-7"));
        yield return Case(
            "a clock that is 30 minutes ahead",
            [StoreFault.Clock(TimeSpan.FromMinutes(30))],
            ("clock", "fail .*behind.*timedatectl"));
        yield return Case(
            "a clock that is 5 minutes behind",
            [StoreFault.Clock(TimeSpan.FromMinutes(-5))],
            ("clock", "warn .*ahead of.*timedatectl"));
        yield return Case(
            "no listener",
            [StoreFault.ClosesConnections],
            ("endpoint", "fail .*S3_ENDPOINT"),
            ("bucket", "skipped"),
            ("put", "skipped"));
        yield return Case("no answer", [StoreFault.NeverAnswers], ("endpoint", "fail .*does not answer in time"));
        yield return Case("slow", [SlowListings], ("endpoint", "warn .*slow")).SetCategory("Nightly");
        yield return Case("denied listings", [StoreFault.Denies(StoreOperation.List)], ("credentials", "fail .*s3:ListBucket"));
        yield return Case("denied reads", [StoreFault.Denies(StoreOperation.Get)], ("list", "fail .*s3:GetObject"));
        yield return Case("denied forms", [StoreFault.Denies(StoreOperation.Form)], ("post", "fail .*s3:PutObject"));
        yield return Case(
            "no deletions",
            [StoreFault.Denies(StoreOperation.Delete)],
            ("permissions", "warn (?!.*delete objects)"),
            ("conditional_writes", "ok .*accepts"));
        yield return Case(
            "denied configuration",
            [StoreFault.Denies(StoreOperation.ReadLifecycle, StoreOperation.ReadVersioning)],
            ("lifecycle", "warn .*s3:GetLifecycleConfiguration"),
            ("versioning", "warn .*s3:GetBucketVersioning"));
        yield return Case("HTML errors", [StoreFault.HtmlErrors], ("list", "fail .*proxy_intercept_errors"), ("put", "warn"));
        yield return Case("a public bucket", [StoreFault.PublicBucket], ("public_access", "fail .*list, read, write"));
        yield return Case("no forms (501)", [StoreFault.NoForms()], ("post", "ok .*501.*PUT"), ("put", "ok "));
        yield return Case("no forms (405)", [StoreFault.NoForms(405)], ("post", "ok .*405.*PUT"));
        yield return Case("no forms (412)", [StoreFault.NoForms(412)], ("post", "ok .*412.*PUT"));
        yield return Case(
            "no forms, no safe PUT",
            [StoreFault.NoForms(), StoreFault.HonoursEveryHeader],
            ("put", "fail .*x-amz-copy-source.*cannot upload at all"));
        yield return Case(
            "no safe PUT",
            [StoreFault.HonoursEveryHeader],
            ("put", "warn .*read other miners' files"),
            ("parts", "warn .*grants no multipart uploads"),
            ("post", "ok "));
        yield return Case(
            "sizes that do not hold",
            [StoreFault.TakesPutsWithoutLength],
            ("put", "warn .*size of uploads by PUT is not enforced"));
        yield return Case("KMS", [StoreFault.KmsETags], ("multipart", "warn .*MD5.*KMS"));
        yield return Case("no multipart", [StoreFault.NoMultipart], ("multipart", "warn .*no multipart uploads"));
        yield return Case("denied multipart", [StoreFault.Denies(StoreOperation.Multipart)], ("multipart", "warn .*s3:PutObject"));
        yield return Case("no STS", [StoreFault.Refuses(StoreOperation.AssumeRole, 405, "MethodNotAllowed")], ("sts", "ok .*no STS"));
    }

    [TestCase("1m", "$http_host", "file_size", "fail .*413.*An upload of 1 MiB passes.*client_max_body_size")]
    [TestCase("100m", "$http_host", "file_size", "fail .*An upload of 100 MiB passes")]
    [TestCase("0", "$proxy_host", "credentials", "fail .*(SignatureDoesNotMatch|AccessDenied)")]
    public async Task Wrong_proxy_in_front_of_the_store_is_named(string maxBodySize, string host, string name, string pattern)
    {
        if (StoreProxy.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        await using var proxy = await StoreProxy.StartAsync(Store.Endpoint, maxBodySize, host);

        var report = await ExamineAsync(proxy.Endpoint);

        Assert.That(report[name], Does.Match($"\\A{pattern}"), report.Text);
        Assert.That(report.Names("fail"), Is.EqualTo([name]), report.Text);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Fault_of_the_store_is_named(StoreFault[] faults, (string Name, string Pattern)[] lines)
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, faults);

        var report = await ExamineAsync(standIn.Endpoint);

        var failing = lines.Where(line => line.Pattern.StartsWith("fail", StringComparison.Ordinal)).Select(line => line.Name).ToArray();
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, pattern) in lines)
            {
                Assert.That(report[name], Does.Match($"\\A{pattern}"), report.Text);
            }

            Assert.That(report.Names("fail"), Is.EquivalentTo(failing), report.Text);
            Assert.That(report.ExitCode, Is.EqualTo(failing.Length == 0 ? 0 : 1));
        }
    }

    [TestCaseSource(nameof(Capabilities))]
    public async Task Capabilities_are_found(StoreFault[] faults, (string Name, string Expected)[] capabilities)
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, faults);

        var report = await ExamineAsync(standIn.Endpoint);

        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, expected) in capabilities)
            {
                Assert.That(report.Capability(name), Is.EqualTo(expected), $"{name}: {report.Text}");
            }
        }
    }

    private static IEnumerable<TestCaseData> Capabilities()
    {
        yield return Capable(
            "as it is",
            [],
            ("header_guard", "\"left_out\""),
            ("part_header_guard", "\"left_out\""),
            ("payload_hashes", "true"),
            ("conditional_completion", "\"ignored\""));
        yield return Capable("honours every header", [StoreFault.HonoursEveryHeader], ("part_uploads", "\"unsafe\""));
        yield return Capable(
            "no multipart", [StoreFault.NoMultipart], ("part_uploads", "\"unknown\""), ("multipart", "false"));
        yield return Capable(
            "refuses unsigned headers", [DropsUnderscores, StoreFault.RefusesUnsignedHeaders], ("header_guard", "\"store\""));
        yield return Capable(
            "missing headers are empty", [DropsUnderscores, StoreFault.MissingHeadersAreEmpty], ("header_guard", "\"empty\""));
        yield return Capable("refuses If-None-Match", [StoreFault.RefusesIfNoneMatch], ("conditional_writes", "\"refused\""));
        yield return Capable("ignores If-None-Match", [StoreFault.IgnoresIfNoneMatch], ("conditional_writes", "\"ignored\""));
        yield return Capable("honours If-None-Match", [StoreFault.HonoursIfNoneMatch], ("conditional_writes", "\"enforced\""));
        yield return Capable("requires a length", [StoreFault.RequiresLength], ("length_required", "true"));
        yield return Capable("no length", [StoreFault.TakesPutsWithoutLength], ("length_required", "false"));
        yield return Capable("KMS", [StoreFault.KmsETags], ("etags_are_md5", "false"));
    }

    private static TestCaseData Capable(string name, StoreFault[] faults, params (string Name, string Expected)[] capabilities) =>
        new TestCaseData(faults, capabilities).SetArgDisplayNames(name);

    [TestCase("S3_REGION", "no such region", "settings", "fail .*S3_REGION")]
    [TestCase("S3_BUCKET", "s3auth-there-is-no-such-bucket", "bucket", "fail .*NoSuchBucket.*S3_BUCKET")]
    [TestCase("AWS_SECRET_ACCESS_KEY", WrongSecret, "credentials", "fail .*(SignatureDoesNotMatch|AccessDenied).*AWS_SECRET_ACCESS_KEY")]
    [TestCase("AWS_ACCESS_KEY_ID", "AKIANOBODY", "credentials", "fail .*(InvalidAccessKeyId|AccessDenied).*AWS_ACCESS_KEY_ID")]
    [TestCase("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:1", "public_endpoint", "fail .*127.0.0.1:1.*S3_PUBLIC_ENDPOINT")]
    [TestCase("S3_ENDPOINT", "http://127.0.0.1:1", "endpoint", "fail .*127.0.0.1:1.*S3_ENDPOINT")]
    [TestCase("S3_ENDPOINT", "http://there-is-no-such-host.invalid", "endpoint", "fail .*cannot be resolved")]
    [TestCase("UPLOAD_METHOD", "PATCH", "settings", "fail .*UPLOAD_METHOD")]
    [TestCase("S3_ADDRESSING", "virtual", "settings", "fail .*S3_ADDRESSING.*IP address")]
    [TestCase("S3_BUKET", "x", "settings", "warn .*S3_BUCKET")]
    [TestCase("CORS_ORIGINS", "https://page.example", "cors", "warn .*https://page.example")]
    public async Task Wrong_setting_is_named(string setting, string value, string name, string pattern)
    {
        var report = await ExamineAsync(changed: (setting, value));

        Assert.That(report[name], Does.Match($"\\A{pattern}"), report.Text);
        Assert.That(
            report.Names("fail"),
            Is.EqualTo(pattern.StartsWith("fail", StringComparison.Ordinal) ? [name] : Array.Empty<string>()),
            report.Text);
    }

    [Test]
    public async Task Missing_keys_are_named()
    {
        var settings = Settings(Store.Endpoint);
        settings.Remove("AWS_ACCESS_KEY_ID");
        settings.Remove("AWS_SECRET_ACCESS_KEY");
        settings["AWS_EC2_METADATA_DISABLED"] = "true";

        var end = await ApiProcess.RunToItsEndAsync(settings, "doctor", "--json");
        var report = new DoctorReport(end.ExitCode, end.Output);

        Assert.That(report["credentials"], Does.Match("\\Afail .*AWS_ACCESS_KEY_ID.*credentials.md"));
        Assert.That(report.Names("fail"), Is.EqualTo(["credentials"]));
    }

    [Test]
    public async Task Text_for_people_has_a_line_for_each_check_and_the_counts()
    {
        var end = await ApiProcess.RunToItsEndAsync(Settings(Store.Endpoint), "doctor");

        var lines = end.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.That(end.ExitCode, Is.Zero, end.Output + end.Errors);
        Assert.That(lines, Has.Some.Match("\\Aok +bucket +The bucket .* exists\\."));
        Assert.That(lines[^1], Does.Match("\\A[0-9]+ ok, [0-9]+ warn, 0 fail, 0 skipped\\z"));
        Assert.That(end.Errors, Is.Empty);
    }

    private static StoreFault SlowListings => new("slow listings", async (request, ask) =>
    {
        await Task.Delay(request.Operation == StoreOperation.List ? TimeSpan.FromSeconds(1.1) : TimeSpan.Zero);
        return await ask(request);
    });

    // As nginx does by default. The store behind it reads an underscore as a hyphen.
    private static StoreFault DropsUnderscores => new("drops underscores", (request, ask) => ask(request with
    {
        Sent = request.Sent with
        {
            Headers = [.. request.Sent.Headers.Where(header => !header.Key.Contains('_', StringComparison.Ordinal))],
        },
    }));

    private static TestCaseData Case(string name, StoreFault[] faults, params (string Name, string Pattern)[] lines) =>
        new TestCaseData(faults, lines).SetArgDisplayNames(name);

    private Dictionary<string, string> Settings(Uri endpoint)
    {
        var settings = ApiProcess.ProductionSettings(
            "metagraph.json",
            endpoint.GetLeftPart(UriPartial.Authority),
            Store.Name,
            Store.Region,
            Path.GetTempPath(),
            Store.Keys);
        return settings;
    }

    // Examines a store, and requires that nothing is left there and that no secret is in the report.
    private async Task<DoctorReport> ExamineAsync(Uri? endpoint = null, (string Name, string Value)? changed = null)
    {
        var settings = Settings(endpoint ?? Store.Endpoint);
        if (changed is var (name, value))
        {
            settings[name] = value;
        }

        var end = await ApiProcess.RunToItsEndAsync(settings, "doctor", "--json");
        Assert.That(end.Output, Does.StartWith("{"), end.Errors);
        var report = new DoctorReport(end.ExitCode, end.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Text, Does.Not.Contain(Store.Keys.Secret).And.Not.Contain(WrongSecret).And.Not.Contain("X-Amz-Signature"));
            Assert.That(await Store.ListKeysAsync(withProbes: true), Is.EqualTo(["data/x/a miner's+file%.bin"]));
            Assert.That(await Store.CountUploadsAsync(), Is.Zero);
        }

        return report;
    }
}
