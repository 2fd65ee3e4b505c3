namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class SurveyLinesTests
{
    private static readonly StoreAccess Works = new(StoreAccess.Outcome.Works) { Latency = TimeSpan.FromMilliseconds(20) };
    private static readonly StoreAccess NoAnswer = new(StoreAccess.Outcome.NoAnswer, "it refuses the connection");
    private static readonly FormFinding NoForms = new(false, "There are no forms.");
    private static readonly PutFinding SafePuts = new(PutUploads.Safe, BarredHeaders.None);
    private static readonly PutFinding UnsafePuts = new(PutUploads.Unsafe, Problem: "A PUT may copy.");

    [TestCase(20, S3Addressing.Path, StoreCheckResult.Ok, "answers within 20 ms. URLs have the bucket's name in the path")]
    [TestCase(1000, S3Addressing.Virtual, StoreCheckResult.Ok, "URLs have the bucket's name in the host")]
    [TestCase(1001, S3Addressing.Path, StoreCheckResult.Warn, "is slow: a listing of an empty folder takes 1001 ms")]
    public void Endpoint_says_how_fast_the_store_is(int milliseconds, S3Addressing addressing, StoreCheckResult result, string finding)
    {
        var line = SurveyLines.Endpoint(
            Works with { Latency = TimeSpan.FromMilliseconds(milliseconds) }, Route("http://store.example", addressing: addressing));

        Assert.That(line.Result, Is.EqualTo(result));
        Assert.That(line.Finding, Does.Contain(finding).And.Contain("store.example"));
    }

    [TestCase(S3Addressing.Path, "http://store.example", "start the store")]
    [TestCase(S3Addressing.Virtual, "http://bucket-1.store.example", "S3_ADDRESSING=path")]
    public void Endpoint_without_an_answer_fails(S3Addressing addressing, string origin, string advice)
    {
        var line = SurveyLines.Endpoint(NoAnswer, Route("http://store.example", addressing: addressing));

        Assert.That(line.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(line.Finding, Does.Contain($"no object store at {origin}: it refuses the connection"));
        Assert.That(line.Advice, Does.Contain("Correct S3_ENDPOINT").And.Contain(advice));
    }

    [Test]
    public void Configuration_of_a_working_store_is_fine() =>
        Assert.That(Configuration(Works).Select(line => line.Result), Is.All.EqualTo(StoreCheckResult.Ok));

    [Test]
    public void Configuration_is_skipped_if_the_store_does_not_answer() =>
        Assert.That(Configuration(NoAnswer).Select(line => line.Result), Is.All.EqualTo(StoreCheckResult.Skipped));

    [TestCase("Region", "region", "S3_REGION is wrong")]
    [TestCase("Credentials", "credentials", "does not accept the keys")]
    [TestCase("Bucket", "bucket", "S3_BUCKET cannot be used")]
    [TestCase("Clock", "clock", "clocks disagree")]
    public void Refusal_fails_the_line_that_it_is_about(string subject, string name, string finding)
    {
        var lines = Configuration(Refusal(Enum.Parse<StoreSubject>(subject)));

        Assert.That(
            lines.Select(line => (line.Name, line.Result)),
            Is.EqualTo(((string[])["region", "credentials", "bucket", "clock"]).Select(one =>
                (one, one == name ? StoreCheckResult.Fail : StoreCheckResult.Skipped))));
        var failed = lines.Single(line => line.Name == name);
        Assert.That(failed.Finding, Does.Contain(finding).And.Contain("403 Code"));
        Assert.That(failed.Advice, Is.EqualTo("Do this."));
    }

    [TestCase("https://bucket-1.store.example", true)]
    [TestCase("https://BUCKET-1.store.example", true)]
    [TestCase("https://bucket-12.store.example", false)]
    [TestCase("https://store.example", false)]
    [TestCase(null, false)]
    public void Endpoint_that_begins_with_the_buckets_name_is_named(string? endpoint, bool isNamed)
    {
        var bucket = Configuration(Refusal(StoreSubject.Bucket), endpoint).Single(line => line.Name == "bucket");

        Assert.That(bucket.Advice, isNamed ? Does.StartWith("S3_ENDPOINT begins with").And.EndWith(" Do this.") : Is.EqualTo("Do this."));
    }

    [TestCase(60, StoreCheckResult.Ok, "agree")]
    [TestCase(61, StoreCheckResult.Warn, "61 s ahead of")]
    [TestCase(-61, StoreCheckResult.Warn, "61 s behind")]
    public void Clock_that_differs_is_reported(int seconds, StoreCheckResult result, string finding)
    {
        var clock = Configuration(Works with { ClockSkew = TimeSpan.FromSeconds(seconds) }).Single(line => line.Name == "clock");

        Assert.That(clock.Result, Is.EqualTo(result));
        Assert.That(clock.Finding, Does.Contain(finding));
    }

    [TestCase("https://store.example", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("http://store.example", StoreCheckResult.Warn, "without TLS")]
    [TestCase("https://8.8.8.8", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://[2001:db8::1]", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://minio", StoreCheckResult.Warn, "outside this network")]
    [TestCase("http://minio:9000", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://localhost", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://store.localhost", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://store.local", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://store.internal", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://127.0.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://[::1]", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://[fe80::1]", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://[a00::1]", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://[fc00::1]", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://[fdff::1]", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://10.255.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://11.0.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://172.15.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://172.16.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://172.31.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://172.32.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://173.16.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://192.168.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://192.169.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://193.168.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://169.254.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://169.253.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://168.254.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://100.63.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://100.64.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://100.127.0.1", StoreCheckResult.Warn, "outside this network")]
    [TestCase("https://100.128.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    [TestCase("https://101.64.0.1", StoreCheckResult.Ok, "Presigned requests work")]
    public void Address_of_clients_must_be_public_and_have_tls(string endpoint, StoreCheckResult result, string finding)
    {
        var line = SurveyLines.PublicEndpoint(Survey(), Route("http://inside:9000", endpoint));

        Assert.That(line.Result, Is.EqualTo(result));
        Assert.That(line.Finding, Does.Contain(finding));
        Assert.That(line.Advice is null, Is.EqualTo(result == StoreCheckResult.Ok));
    }

    [TestCase(true, "does not answer at https://public.example", "Correct S3_PUBLIC_ENDPOINT")]
    [TestCase(false, "refuses what is signed for clients at https://public.example: 403 Code", "same store as S3_ENDPOINT")]
    public void Address_of_clients_that_does_not_work_fails(bool isSilent, string finding, string advice)
    {
        var survey = Survey() with { Public = isSilent ? NoAnswer : Refusal(StoreSubject.Credentials) };
        var line = SurveyLines.PublicEndpoint(survey, Route("http://inside:9000", "https://public.example"));

        Assert.That(line.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(line.Finding, Does.Contain(finding));
        Assert.That(line.Advice, Does.Contain(advice));
    }

    [Test]
    public void Address_of_clients_that_works_is_judged_like_any_other() => Assert.That(
        SurveyLines.PublicEndpoint(Survey() with { Public = Works }, Route("http://inside:9000", "https://public.example")).Result,
        Is.EqualTo(StoreCheckResult.Ok));

    private static IEnumerable<TestCaseData> Forms()
    {
        yield return new(null, FormFinding.Supported, UnsafePuts, StoreCheckResult.Ok, "accepts upload forms", null);
        yield return new(null, FormFinding.NoAnswer, SafePuts, StoreCheckResult.Warn, "no clear answer", "Run the doctor again.");
        yield return new(null, NoForms, SafePuts, StoreCheckResult.Ok, "There are no forms. Miners upload by PUT.", null);
        yield return new(UploadMethod.Put, NoForms, SafePuts, StoreCheckResult.Ok, "Miners upload by PUT.", null);
        yield return new(UploadMethod.Post, NoForms, SafePuts, StoreCheckResult.Fail, "There are no forms.", "UPLOAD_METHOD=auto");
        yield return new(UploadMethod.Post, NoForms, UnsafePuts, StoreCheckResult.Fail, "There are no forms.", "proxy in front");
        yield return new(null, new FormFinding(null, "Denied."), SafePuts, StoreCheckResult.Fail, "Denied.", null);
    }

    [TestCaseSource(nameof(Forms))]
    public void Forms_matter_only_if_miners_use_them(
        UploadMethod? configured, object forms, object puts, StoreCheckResult result, string finding, string? advice)
    {
        var line = SurveyLines.Post(configured, Survey((FormFinding)forms, (PutFinding)puts));

        Assert.That(line.Result, Is.EqualTo(result));
        Assert.That(line.Finding, Does.Contain(finding));
        Assert.That(line.Advice, advice is null ? Is.Null : Does.Contain(advice));
    }

    private static IEnumerable<TestCaseData> Puts()
    {
        yield return new(null, FormFinding.Supported, SafePuts, StoreCheckResult.Ok, "refuses headers that are not signed", null);
        yield return new(
            null,
            FormFinding.Supported,
            SafePuts with { Barred = BarredHeaders.LeftOut },
            StoreCheckResult.Ok,
            "refuses the headers that the URL names",
            null);
        yield return new(null, FormFinding.Supported, SafePuts with { Problem = "No sizes." }, StoreCheckResult.Warn, "No sizes.", null);
        yield return new(
            null,
            FormFinding.Supported,
            UnsafePuts,
            StoreCheckResult.Warn,
            "may copy. Miners upload by form, and the server signs no PUT.",
            null);
        yield return new(null, FormFinding.Supported, null, StoreCheckResult.Warn, "no clear answer. Miners upload by form", null);
        yield return new(null, NoForms, UnsafePuts, StoreCheckResult.Fail, "A PUT may copy.", "clients cannot upload at all");
        yield return new(null, NoForms, null, StoreCheckResult.Fail, "no clear answer", "clients cannot upload at all");
        yield return new(
            UploadMethod.Put, FormFinding.Supported, UnsafePuts, StoreCheckResult.Fail, "A PUT may copy.", "UPLOAD_METHOD=auto");
        yield return new(UploadMethod.Post, NoForms, UnsafePuts, StoreCheckResult.Warn, "A PUT may copy.", null);
        yield return new(UploadMethod.Put, FormFinding.NoAnswer, UnsafePuts, StoreCheckResult.Fail, "A PUT may copy.", null);
    }

    [TestCaseSource(nameof(Puts))]
    public void Puts_matter_only_if_miners_use_them(
        UploadMethod? configured, object forms, object? puts, StoreCheckResult result, string finding, string? advice)
    {
        var line = SurveyLines.Put(configured, Survey((FormFinding)forms, (PutFinding?)puts));

        Assert.That(line.Result, Is.EqualTo(result));
        Assert.That(line.Finding, Does.Contain(finding));
        Assert.That(line.Advice, advice is null ? Is.Null : Does.Contain(advice));
    }

    [Test]
    public void Uploads_are_not_judged_if_the_address_of_clients_does_not_work()
    {
        var survey = Survey(NoForms, UnsafePuts) with { Public = NoAnswer };

        Assert.That(
            (SurveyLines.Post(null, survey).Result, SurveyLines.Put(null, survey).Result, SurveyLines.Parts(survey).Result),
            Is.EqualTo((StoreCheckResult.Skipped, StoreCheckResult.Skipped, StoreCheckResult.Skipped)));
    }

    private static List<StoreCheck> Configuration(StoreAccess access, string? endpoint = "https://store.example") =>
        [.. SurveyLines.Configuration(access, Options(endpoint))];

    private static StoreAccess Refusal(StoreSubject subject) =>
        new(StoreAccess.Outcome.Refused, "403 Code", "Do this.", Subject: subject);

    private static IEnumerable<TestCaseData> Parts()
    {
        yield return new(SafePuts, StoreCheckResult.Ok, "does nothing else");
        yield return new(UnsafePuts, StoreCheckResult.Warn, "A PUT may copy.");
        yield return new(new PutFinding(PutUploads.Unknown), StoreCheckResult.Ok, "does not open multipart uploads");
        yield return new(PutFinding.NotAsked, StoreCheckResult.Warn, "no clear answer");
        yield return new(PutFinding.Unclear("Denied."), StoreCheckResult.Warn, "Denied.");
    }

    [TestCaseSource(nameof(Parts))]
    public void Parts_never_fail_because_uploads_work_without_them(object parts, StoreCheckResult result, string finding)
    {
        var line = SurveyLines.Parts(Survey() with { Parts = (PutFinding)parts });

        Assert.That((line.Name, line.Result), Is.EqualTo(("parts", result)));
        Assert.That(line.Finding, Does.Contain(finding));
    }

    private static StoreSurvey Survey(FormFinding? forms = null, PutFinding? puts = null) =>
        new(Works, Public: null, forms ?? FormFinding.Supported, puts ?? PutFinding.NotAsked, PutFinding.NotAsked);

    private static StoreRoute Route(string endpoint, string? publicEndpoint = null, S3Addressing addressing = S3Addressing.Path) =>
        new(Options(endpoint, publicEndpoint), addressing);

    private static StorageOptions Options(string? endpoint, string? publicEndpoint = null) => new()
    {
        Bucket = "bucket-1",
        Region = "us-east-2",
        Endpoint = endpoint is null ? null : new Uri(endpoint),
        PublicEndpoint = publicEndpoint is null ? null : new Uri(publicEndpoint),
    };
}
