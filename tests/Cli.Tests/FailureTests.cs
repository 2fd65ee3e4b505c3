namespace S3Auth.Cli.Tests;

public sealed class FailureTests
{
    // Clears the line, reverses the text direction, ends the line.
    private const string Hostile = "a\u001b[2K\u202Eb\nc";

    private static IEnumerable<TestCaseData> HostileFailures() =>
    [
        Case("refusal", new RefusedException(Hostile, HttpStatusCode.Forbidden, Hostile, Hostile)),
        Case("store", new StoreException(HttpStatusCode.Forbidden, Hostile, Hostile)),
        Case("file", new UnacceptableFileException(Hostile)),
        Case("usage", new UsageException(Hostile)),
    ];

    [TestCaseSource(nameof(HostileFailures))]
    public void Message_escapes_control_characters_of_other_parties(Exception exception) => Assert.That(
        Failure.Of(exception).Message,
        Does.Contain("\\u{1B}[2K\\u{202E}b\\u{A}c").And.Not.Contain("\u001b").And.Not.Contain("\u202E").And.Not.Contain("\n"));

    [TestCase("größe 数据 🙂", "größe 数据 🙂")]
    [TestCase("a\u0085b", "a\\u{85}b")]
    [TestCase("a\u2028b", "a\\u{2028}b")]
    [TestCase("\u200b", "\\u{200B}")]
    public void Text_is_safe_for_a_terminal(string text, string expected) => Assert.That(Report.Safe(text), Is.EqualTo(expected));

    private static IEnumerable<TestCaseData> Uploads() =>
    [
        Case("quota_exceeded", Refusal("quota_exceeded", HttpStatusCode.TooManyRequests), true, true),
        Case("chain_unavailable", Refusal("chain_unavailable", HttpStatusCode.ServiceUnavailable), true, true),
        Case("hotkey_not_registered", Refusal("hotkey_not_registered", HttpStatusCode.Forbidden), true, false),
        Case("file_exists", Refusal("file_exists", HttpStatusCode.Conflict), false, false),
        Case("no connection", new HttpRequestException(), true, true),
        Case("stalled", new StalledException("stalled"), true, true),
        Case("store refuses one file", new StoreException(HttpStatusCode.Forbidden, "AccessDenied", null), false, false),
        Case("disk full", new IOException("No space left on device", DiskFull), true, false),
        Case("one file deleted", new FileNotFoundException(), false, false),
    ];

    [TestCaseSource(nameof(Uploads))]
    public void Failure_of_one_upload_ends_the_run_only_if_all_uploads_would_fail(Exception exception, bool endsRun, bool isTransient)
    {
        var failure = Failure.Of(exception);

        Assert.That((failure.Ends.HasFlag(RunPhases.Upload), failure.IsTransient), Is.EqualTo((endsRun, isTransient)));
    }

    private static IEnumerable<TestCaseData> Listings() =>
    [
        Case("quota_exceeded", Refusal("quota_exceeded", HttpStatusCode.TooManyRequests), true),
        Case("not_a_validator", Refusal("not_a_validator", HttpStatusCode.Forbidden), true),
        Case("chain_unavailable", Refusal("chain_unavailable", HttpStatusCode.ServiceUnavailable), true),
        Case("no connection", new HttpRequestException(HttpRequestError.ConnectionError), true),
        Case("miner_not_found", Refusal("miner_not_found", HttpStatusCode.NotFound), false),
        Case("storage_unavailable", Refusal("storage_unavailable", HttpStatusCode.ServiceUnavailable), false),
        Case("loop", new ListingException("loop"), false),
        Case("no answer", new StalledException("no answer"), false),
        Case("answer breaks off", new HttpRequestException(HttpRequestError.ResponseEnded), false),
    ];

    [TestCaseSource(nameof(Listings))]
    public void Failure_of_one_listing_ends_the_run_only_if_no_miner_can_cause_it(Exception exception, bool endsRun) =>
        Assert.That(Failure.Of(exception).Ends.HasFlag(RunPhases.Listing), Is.EqualTo(endsRun));

    private static IEnumerable<TestCaseData> ExitCodes() =>
    [
        new TestCaseData(new UsageException(""), (int)ExitCode.Usage),
        new TestCaseData(new UnacceptableFileException(""), (int)ExitCode.Usage),
        new TestCaseData(new ChangedContentException(""), (int)ExitCode.Usage),
        new TestCaseData(new FileNotFoundException(), (int)ExitCode.Usage),
        new TestCaseData(new UnauthorizedAccessException(), (int)ExitCode.Usage),
        new TestCaseData(Refusal("quota_exceeded", HttpStatusCode.TooManyRequests), (int)ExitCode.Refused),
        new TestCaseData(new ChangedFileException(""), (int)ExitCode.Refused),
        new TestCaseData(new StoreException(HttpStatusCode.Forbidden, "AccessDenied", null), (int)ExitCode.Refused),
        new TestCaseData(new StoreException(HttpStatusCode.ServiceUnavailable, "SlowDown", null), (int)ExitCode.Unreachable),
        new TestCaseData(new HttpRequestException(), (int)ExitCode.Unreachable),
        new TestCaseData(new HttpIOException(HttpRequestError.ResponseEnded), (int)ExitCode.Unreachable),
        new TestCaseData(new StalledException(""), (int)ExitCode.Unreachable),
        new TestCaseData(new ListingException(""), (int)ExitCode.Unreachable),
        new TestCaseData(new InvalidOperationException(), (int)ExitCode.Unexpected),
    ];

    [TestCaseSource(nameof(ExitCodes))]
    public void Failure_has_the_exit_code_of_its_cause(Exception exception, int exitCode) =>
        Assert.That((int)Failure.Of(exception).ExitCode, Is.EqualTo(exitCode));

    [TestCase("coldkey_mismatch", "--coldkey")]
    [TestCase("quota_exceeded", "00:00 UTC")]
    [TestCase("wrong_audience", "AUDIENCES")]
    public void Refusal_has_the_advice_of_its_code(string code, string advice) =>
        Assert.That(Failure.Of(Refusal(code, HttpStatusCode.BadRequest)).Advice, Does.Contain(advice));

    private static TestCaseData Case(string name, params object[] arguments) => new TestCaseData(arguments).SetArgDisplayNames(name);

    private static int DiskFull => OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;

    private static RefusedException Refusal(string code, HttpStatusCode status) => new(code, status, "Refused.");
}
